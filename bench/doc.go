// Package bench holds the benchmarks of docs/performance.md, and the test that
// an update costs PostgreSQL two round trips.
//
// What is compared runs side by side: in each round every contestant works for
// a tenth of a second, one after another, each round beginning with another
// one. Rates and ratios are medians over the rounds, so that what else the
// machine does meets all alike. One iteration of a benchmark is one round:
//
//	go test ./bench -run '^$' -bench . -benchtime 40x -timeout 30m
package bench
