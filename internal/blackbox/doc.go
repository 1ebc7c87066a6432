// Package blackbox has no code of its own: its tests hold the host to what
// clients of its REST interface were promised. They know the paths, elements,
// codes and formats of that interface and nothing of the code behind it: they
// build the program, start it on SQLite and on PostgreSQL, and talk to it over
// HTTP, as programs in Go, Python (testdata/client.py) and JavaScript
// (testdata/client.mjs).
//
// Every answer is checked for what all have in common (see client.send); most
// are held to the exact set of their keys and to the types of the values.
package blackbox
