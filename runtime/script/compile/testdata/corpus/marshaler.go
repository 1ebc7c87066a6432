package services

import (
	"encoding/json"
	"fmt"
)

type temp float64

func (t temp) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf(`"%.1fC"`, float64(t))), nil }
func Run() {
	out, err := json.Marshal(temp(21))
	fmt.Println(string(out), err)
}
