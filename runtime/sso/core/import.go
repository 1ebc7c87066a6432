package core

import (
	"context"
	"errors"
	"hash/maphash"

	"golang.org/x/sync/errgroup"

	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
)

// Import creates many users, in batches that are committed as a whole. It is
// for the operator of the host and asks for no session.
type Import struct {
	core   *Core
	call   sso.Call
	dryRun bool

	// seen holds digests of the usernames of a dry run, whose batches cannot
	// meet those before them in the database.
	seed maphash.Seed
	seen map[uint64]struct{}
}

// NewImport begins an import. All its audit entries have the call's cid. A dry
// run checks everything and writes nothing.
func (c *Core) NewImport(call sso.Call, dryRun bool) *Import {
	call.Trusted = true
	return &Import{core: c, call: call, dryRun: dryRun, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
}

// candidate is a user of a batch on its way in.
type candidate struct {
	index int // in the batch
	user  sso.NewUser
	hash  string
}

// Add creates the users of a batch, approved, with an audit entry each, and
// returns for each of them why it was refused, or nil. Password hashes are
// kept as they are: their users' first logins replace them. An error says that
// nothing of the batch was written.
func (i *Import) Add(ctx context.Context, users []sso.NewUser) (refusals []error, err error) {
	refusals = make([]error, len(users))
	op, err := i.core.begin(sso.OpCreateUser, i.call, false)
	if err != nil {
		return nil, op.failure(err)
	}
	var names []string
	for _, user := range users {
		if isPlainText(user.Username) {
			names = append(names, user.Username)
		}
	}
	taken, err := i.core.store.TakenUsernames(ctx, names)
	if err != nil {
		return nil, op.failure(err)
	}
	var accepted []candidate
	for index, user := range users {
		err := i.core.checkNewUser(&user)
		if err == nil && (taken[user.Username] || i.wasSeen(user.Username)) {
			err = refuse(sso.UsernameExists, "the username is taken")
		}
		if err != nil {
			refusals[index] = op.failure(err)
			continue
		}
		taken[user.Username] = true
		accepted = append(accepted, candidate{index: index, user: user, hash: user.PasswordHash})
	}
	if i.dryRun || len(accepted) == 0 {
		return refusals, nil
	}
	if err := i.hash(ctx, accepted); err != nil {
		return nil, op.failure(err)
	}
	err = i.write(ctx, accepted)
	if errors.Is(err, store.ErrUsernameTaken) { // by somebody else, meanwhile
		for _, each := range accepted {
			err = i.write(ctx, []candidate{each})
			if errors.Is(err, store.ErrUsernameTaken) {
				refusals[each.index], err = op.failure(err), nil
			}
			if err != nil {
				break
			}
		}
	}
	if err != nil {
		return nil, op.failure(err)
	}
	return refusals, nil
}

func (i *Import) wasSeen(username string) bool {
	if !i.dryRun {
		return false
	}
	digest := maphash.String(i.seed, username)
	_, seen := i.seen[digest]
	i.seen[digest] = struct{}{}
	return seen
}

// hash hashes passwords that came in clear, as many at once as the hasher lets.
func (i *Import) hash(ctx context.Context, accepted []candidate) error {
	group, ctx := errgroup.WithContext(ctx)
	for n := range accepted {
		each := &accepted[n]
		if each.hash != "" {
			continue
		}
		group.Go(func() (err error) {
			each.hash, err = i.core.hasher.Hash(ctx, each.user.Password)
			if errors.Is(err, password.ErrTooLong) { // which checkPassword has refused already
				err = refuse(sso.PasswordTooLong, "%v", err)
			}
			return err
		})
	}
	return group.Wait()
}

func (i *Import) write(ctx context.Context, accepted []candidate) error {
	c := i.core
	operations := make([]*operation, len(accepted))
	err := c.store.Change(ctx, store.Lookup{}, func(found store.Found) ([]store.Change, error) {
		now := c.now()
		var changes []store.Change
		for n, each := range accepted {
			user := each.user
			user.AutoApprove = true // as all users that the operator creates
			row := c.newRow(&user, each.hash)
			c.stamp(row, authorOf(found), now)
			op := &operation{core: c, name: sso.OpCreateUser, call: i.call, entry: newEntry(sso.OpCreateUser, i.call)}
			op.entry.Time, op.entry.Target, op.entry.Result = now, row.UserID, store.ResultOK
			operations[n] = op
			changes = append(changes, store.InsertUser{User: row}, store.AddAudit{Entry: &op.entry})
		}
		return changes, nil
	})
	if err != nil {
		return err
	}
	for _, op := range operations {
		op.log(ctx, nil)
	}
	return nil
}
