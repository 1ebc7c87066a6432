package core

import (
	"context"
	"errors"
	"hash/maphash"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/runtime/database"
	"gatehouse/runtime/secret/password"
	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/store"
	"gatehouse/runtime/sso/userfile"
)

// ImportOptions say how users are imported.
type ImportOptions struct {
	DryRun          bool // check everything and write nothing
	RequirePassword bool // refuse users that have neither a password nor the hash of one
}

// Import creates many users, in batches that are committed as a whole. It is
// for the operator of the host and asks for no session.
type Import struct {
	ImportOptions
	core   *Core
	call   sso.Call
	pauses []time.Duration // before each look at what became of a commit

	// seen are the lines of usernames, by digests: what a file has twice is
	// told from users that were there before, in a dry run, too.
	seed maphash.Seed
	seen map[uint64]int

	nobodys string // hash of a password that nobody knows; "" until it is needed
}

// NewImport begins an import. All its audit entries have the call's cid.
func (c *Core) NewImport(call sso.Call, options ImportOptions) *Import {
	call.Trusted = true
	return &Import{ImportOptions: options, core: c, call: call, seed: maphash.MakeSeed(), seen: map[uint64]int{},
		pauses: []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}}
}

// Outcome is what became of a record.
type Outcome struct {
	Refused    *sso.Error // nil: the user was created
	Exists     bool       // refused, as there is such a user already
	NoPassword bool       // created, without a password that anybody knows
}

// candidate is a user of a batch on its way in.
type candidate struct {
	index int // in the batch
	user  sso.NewUser
	hash  string
	row   *store.User
}

// Add creates the users of a batch, approved, with an audit entry each, and
// returns what became of each record. Password hashes are kept as they are:
// their users' first logins replace them. An error says that nothing of the
// batch was written; only where database.IsKind(err, database.Unknown), all of
// what it accepted may have been.
func (i *Import) Add(ctx context.Context, records []userfile.Record) ([]Outcome, error) {
	outcomes := make([]Outcome, len(records))
	op, err := i.core.begin(sso.OpCreateUser, i.call, false)
	if err != nil {
		return nil, op.failure(err)
	}
	taken, err := i.taken(ctx, records)
	if err != nil {
		return nil, op.failure(err)
	}
	exists := func(index int) {
		outcomes[index] = Outcome{Exists: true, Refused: op.failure(refuse(sso.UsernameExists, "there is such a user already"))}
	}
	var accepted []*candidate
	for index, record := range records {
		each := &candidate{index: index, user: record.User}
		if err := i.check(record, each); err != nil {
			outcomes[index].Refused = op.failure(err)
			continue
		}
		if taken[each.user.Username] {
			exists(index)
			continue
		}
		outcomes[index].NoPassword = each.isWithoutPassword()
		accepted = append(accepted, each)
	}
	if i.DryRun || len(accepted) == 0 {
		return outcomes, nil
	}
	if err := i.hash(ctx, accepted); err != nil {
		return nil, op.failure(err)
	}
	refused, err := i.write(ctx, accepted)
	if err != nil {
		return nil, op.failure(err)
	}
	for _, each := range refused {
		exists(each.index)
	}
	return outcomes, nil
}

// taken tells which of the usernames there are users of.
func (i *Import) taken(ctx context.Context, records []userfile.Record) (map[string]bool, error) {
	var names []string
	for _, record := range records {
		if record.Err == nil && isPlainText(record.User.Username) {
			names = append(names, record.User.Username)
		}
	}
	return i.core.store.TakenUsernames(ctx, names)
}

// check holds a record against the rules of new users and the lines before it.
func (i *Import) check(record userfile.Record, each *candidate) error {
	if record.Err != nil {
		return refuse(sso.InvalidInput, "%v", record.Err)
	}
	check := i.core.checkNewUser
	if each.isWithoutPassword() {
		check = i.core.checkNewValues
	}
	if err := check(&each.user); err != nil {
		return err
	}
	if each.isWithoutPassword() && i.RequirePassword {
		return refuse(sso.MissingInput, "there is neither a password nor a password_hash")
	}
	digest := maphash.String(i.seed, each.user.Username)
	if line, repeated := i.seen[digest]; repeated {
		return refuse(sso.UsernameExists, "the username is in line %d already", line)
	}
	i.seen[digest] = record.Line
	return nil
}

func (c *candidate) isWithoutPassword() bool {
	return c.user.Password == "" && c.user.PasswordHash == ""
}

// hash hashes passwords that came in clear, as many at once as the hasher
// lets. Users without a password share the hash of one that is thrown away.
func (i *Import) hash(ctx context.Context, accepted []*candidate) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(i.core.cfg.HashSecret.concurrent()) // more would be too many that wait
	for _, each := range accepted {
		switch {
		case each.user.PasswordHash != "":
			each.hash = each.user.PasswordHash
		case each.isWithoutPassword():
			if i.nobodys == "" {
				var err error
				if i.nobodys, err = i.core.hasher.Hash(ctx, password.Generate()); err != nil {
					return errors.Join(err, group.Wait())
				}
			}
			each.hash = i.nobodys
		default:
			group.Go(func() (err error) {
				each.hash, err = i.core.hasher.Hash(ctx, each.user.Password)
				return err
			})
		}
	}
	return group.Wait()
}

// maxConflicts bounds how often others may be first with a username that is
// free again when one looks.
const maxConflicts = 10

// write creates the users in one transaction, but for those whose usernames
// others have taken since they were looked up: these it returns.
func (i *Import) write(ctx context.Context, accepted []*candidate) (refused []*candidate, err error) {
	for _, each := range accepted {
		each.user.AutoApprove = true // as all users that the operator creates
		each.row = i.core.newRow(&each.user, each.hash)
		each.row.PasswordIsSet = !each.isWithoutPassword()
	}
	for conflicts := 0; len(accepted) > 0; {
		if err = i.insert(ctx, accepted); !errors.Is(err, store.ErrUsernameTaken) {
			return refused, err
		}
		names := make([]string, len(accepted))
		for n, each := range accepted {
			names[n] = each.user.Username
		}
		taken, lookupErr := i.core.store.TakenUsernames(ctx, names)
		if lookupErr != nil {
			return nil, lookupErr
		}
		var free []*candidate
		for _, each := range accepted {
			if taken[each.user.Username] {
				refused = append(refused, each)
			} else {
				free = append(free, each)
			}
		}
		if len(free) == len(accepted) {
			if conflicts++; conflicts == maxConflicts {
				return nil, err
			}
		}
		accepted = free
	}
	return refused, nil
}

// insert is one transaction. Where the connection broke during its commit, it
// finds out what became of it.
func (i *Import) insert(ctx context.Context, accepted []*candidate) error {
	err := i.try(ctx, accepted)
	if !database.IsKind(err, database.Unknown) {
		return err
	}
	for _, pause := range i.pauses {
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		isWritten, lookErr := i.isWritten(ctx, accepted)
		if lookErr != nil {
			continue
		}
		if isWritten {
			return nil
		}
		// The server may still be at it: the same rows again wait for that.
		again := i.try(ctx, accepted)
		if again == nil {
			return nil
		}
		if errors.Is(again, store.ErrUsernameTaken) || database.IsKind(again, database.Duplicate) {
			if isWritten, lookErr = i.isWritten(ctx, accepted); isWritten {
				return nil
			}
			if lookErr == nil {
				return store.ErrUsernameTaken
			}
		}
	}
	return err
}

// isWritten reports whether a transaction was committed.
func (i *Import) isWritten(ctx context.Context, accepted []*candidate) (bool, error) {
	found, err := i.core.store.Read(ctx, store.Lookup{UserID: accepted[0].row.UserID})
	return found.Target != nil, err
}

func (i *Import) try(ctx context.Context, accepted []*candidate) error {
	c := i.core
	operations := make([]*operation, len(accepted))
	err := c.store.Change(ctx, store.Lookup{}, func(found store.Found) ([]store.Change, error) {
		now := c.now()
		var changes []store.Change
		for n, each := range accepted {
			c.stamp(each.row, authorOf(found), now)
			op := &operation{core: c, name: sso.OpCreateUser, call: i.call, entry: newEntry(sso.OpCreateUser, i.call)}
			op.entry.Time, op.entry.Target, op.entry.Result = now, each.row.UserID, store.ResultOK
			operations[n] = op
			changes = append(changes, store.InsertUser{User: each.row}, store.AddAudit{Entry: &op.entry})
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
