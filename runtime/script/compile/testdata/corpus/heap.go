package services

import (
	"container/heap"
	"container/list"
	"fmt"
)

type item struct {
	name string
	prio int
}
type queue []*item

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].prio < q[j].prio }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*item)) }
func (q *queue) Pop() any {
	old := *q
	n := len(old)
	x := old[n-1]
	*q = old[:n-1]
	return x
}
func Run() {
	q := &queue{}
	heap.Init(q)
	heap.Push(q, &item{"b", 2})
	heap.Push(q, &item{"a", 1})
	heap.Push(q, &item{"c", 3})
	for q.Len() > 0 {
		it := heap.Pop(q).(*item)
		fmt.Println(it.name, it.prio)
	}
	l := list.New()
	l.PushBack(1)
	l.PushFront("z")
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Println(e.Value)
	}
}
