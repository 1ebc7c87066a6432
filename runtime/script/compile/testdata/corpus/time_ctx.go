package services

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type ctxKey struct{}

func Run() {
	ctx := context.WithValue(context.Background(), ctxKey{}, "v")
	fmt.Println(ctx.Value(ctxKey{}), ctx.Value("other"))
	ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(errors.Is(ctx.Err(), context.DeadlineExceeded))
	start := time.Now()
	fmt.Println(time.Since(start) < time.Hour, start.IsZero())
}
