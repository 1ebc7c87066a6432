package main

import (
	"context"

	"gatehouse/runtime"
)

// passwords are those that a first start has made; "" where it made none.
type passwords struct {
	superUser string
	invoke    string
}

// firstRun makes what every installation begins with, where it is missing: a
// super-user, and the Basic Auth definition that guards services.
func (o *opened) firstRun(ctx context.Context) (passwords, error) {
	var made passwords
	var err error
	if made.superUser, err = o.sso.EnsureSuperUser(ctx); err != nil {
		return made, err
	}
	made.invoke, _, err = o.Security().CreateMissing(ctx, runtime.InvokeDefinition, runtime.InvokeDefinition)
	return made, err
}
