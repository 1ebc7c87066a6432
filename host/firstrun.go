package main

import (
	"context"

	"gatehouse/runtime"
	"gatehouse/runtime/sso/store"
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

func (o *opened) hasUser(ctx context.Context, username string) (bool, error) {
	found, err := o.sso.Store().Read(ctx, store.Lookup{Username: username})
	return found.Target != nil, err
}
