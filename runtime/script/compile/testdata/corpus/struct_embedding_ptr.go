package services

import "fmt"

type logger struct{ lines []string }

func (l *logger) log(s string) { l.lines = append(l.lines, s) }

type server struct {
	*logger
	name string
}

func (s *server) start() { s.log("start " + s.name) }
func Run() {
	s := &server{logger: &logger{}, name: "x"}
	s.start()
	s.log("more")
	fmt.Println(s.lines, len(s.logger.lines))
}
