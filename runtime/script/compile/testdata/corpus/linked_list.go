package services

import "fmt"

type node struct {
	val  int
	next *node
}

func reverse(head *node) *node {
	var prev *node
	for head != nil {
		head.next, prev, head = prev, head, head.next
	}
	return prev
}

type tree struct {
	left, right *tree
	val         int
}

func (t *tree) insert(v int) *tree {
	if t == nil {
		return &tree{val: v}
	}
	if v < t.val {
		t.left = t.left.insert(v)
	} else {
		t.right = t.right.insert(v)
	}
	return t
}
func (t *tree) walk(f func(int)) {
	if t == nil {
		return
	}
	t.left.walk(f)
	f(t.val)
	t.right.walk(f)
}
func Run() {
	var head *node
	for i := 0; i < 4; i++ {
		head = &node{i, head}
	}
	head = reverse(head)
	for n := head; n != nil; n = n.next {
		fmt.Print(n.val, " ")
	}
	fmt.Println()
	var t *tree
	for _, v := range []int{5, 2, 8, 1} {
		t = t.insert(v)
	}
	var out []int
	t.walk(func(v int) { out = append(out, v) })
	fmt.Println(out)
}
