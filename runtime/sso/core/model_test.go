package core_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/runtime/sso"
	"gatehouse/runtime/sso/ssotest"
	"gatehouse/runtime/sso/store"
)

// model is the SSO in a few maps: what calls answer and leave, without stores,
// keys or concurrency. Random calls are made on it and on the real one.
type model struct {
	users    map[string]*modelUser // by username
	sessions map[string]*modelSession
	now      time.Time
}

type modelUser struct {
	id, name, password string
	isSuper, isLocked  bool
	approval           string
	displayName        *string
	attributes         map[string]string
}

type modelSession struct {
	owner   *modelUser
	expires time.Time
}

// ends has sessions of a user end, but for one.
func (m *model) ends(user *modelUser, but string) {
	maps.DeleteFunc(m.sessions, func(ust string, session *modelSession) bool { return session.owner == user && ust != but })
}

// caller returns the owner of a session, or the code that refuses it.
func (m *model) caller(ust string) (*modelUser, string) {
	session := m.sessions[ust]
	if session == nil || !session.expires.After(m.now) || session.owner.approval != sso.ApprovalApproved {
		return nil, "E007001"
	}
	return session.owner, ""
}

// byID returns a user, or nil.
func (m *model) byID(id string) *modelUser {
	for _, user := range m.users {
		if user.id == id {
			return user
		}
	}
	return nil
}

// change returns the user that a call of a super-user changes, or the code that
// refuses the call.
func (m *model) change(ust, id, denied, missing string) (caller, target *modelUser, code string) {
	caller, code = m.caller(ust)
	if code != "" {
		return nil, nil, code
	}
	if !caller.isSuper {
		return caller, nil, denied
	}
	target = m.byID(id)
	if target == nil {
		return caller, nil, missing
	}
	return caller, target, ""
}

// step is one random call: it makes the call, does the same to the model, and
// returns both answers.
type step struct {
	name string
	make func(w *world) (got, want string)
}

// world is the real one, the model, and what calls are made of.
type world struct {
	t      *testing.T
	env    *ssotest.Env
	model  model
	random *rand.Rand
	usts   []string // all that were ever given out
}

func (w *world) username() string { return fmt.Sprintf("user-%d", w.random.IntN(8)) }
func (w *world) password() string {
	return fmt.Sprintf("Fine-Phrase-%d", w.random.IntN(2))
}
func (w *world) ust() string {
	if w.random.IntN(3) > 0 && len(w.model.sessions) > 0 { // one that is open
		open := slices.Sorted(maps.Keys(w.model.sessions))
		return open[w.random.IntN(len(open))]
	}
	return w.usts[w.random.IntN(len(w.usts))]
}
func (w *world) id() string {
	if user := w.model.users[w.username()]; user != nil {
		return user.id
	}
	return "zusr-nobody"
}

// administered is a call of super-users on one user.
func administered(name, denied, missing string, call func(w *world, call sso.Call, id string) error,
	does func(w *world, caller, target *modelUser) string) step {
	return step{name, func(w *world) (got, want string) {
		ust, id := w.ust(), w.id()
		got = codeOf(call(w, ssotest.Call(ust), id))
		caller, target, code := w.model.change(ust, id, denied, missing)
		if code == "" {
			code = does(w, caller, target)
		}
		return got, code
	}}
}

var steps = []step{
	{"time passes", func(w *world) (string, string) {
		w.env.Clock.Forward(time.Duration(w.random.IntN(15)) * time.Minute)
		return "", ""
	}},
	{"create user", func(w *world) (string, string) {
		ust, name, password := w.ust(), w.username(), w.password()
		isSuper, approve := w.random.IntN(3) == 0, w.random.IntN(2) == 0
		user, err := w.env.Core.CreateUser(w.t.Context(), ssotest.Call(ust),
			sso.NewUser{Username: name, Password: password, IsSuperUser: isSuper, AutoApprove: approve})
		caller, code := w.model.caller(ust)
		switch {
		case code != "":
		case !caller.isSuper:
			code = "E005001"
		case w.model.users[name] != nil:
			code = "E001002"
		default:
			approval := sso.ApprovalBeforeDecision
			if approve {
				approval = sso.ApprovalApproved
			}
			w.model.users[name] = &modelUser{id: user.UserID, name: name, password: password, isSuper: isSuper,
				approval: approval, attributes: map[string]string{}}
		}
		return codeOf(err), code
	}},
	{"login", func(w *world) (string, string) {
		name, password := w.username(), w.password()
		info, err := w.env.Core.Login(w.t.Context(), ssotest.Call(""), sso.LoginRequest{Username: name, Password: password})
		user := w.model.users[name]
		switch {
		case user == nil || user.approval != sso.ApprovalApproved || user.password != password:
			return codeOf(err), "E005001"
		case user.isLocked:
			return codeOf(err), "E005002"
		}
		w.usts = append(w.usts, info.UST)
		w.model.sessions[info.UST] = &modelSession{user, w.model.now.Add(time.Hour)}
		return codeOf(err), ""
	}},
	{"logout", func(w *world) (string, string) {
		ust := w.ust()
		err := w.env.Core.Logout(w.t.Context(), ssotest.Call(ust))
		_, code := w.model.caller(ust)
		if code == "" {
			delete(w.model.sessions, ust)
		}
		return codeOf(err), code
	}},
	{"renew", func(w *world) (string, string) {
		ust := w.ust()
		_, err := w.env.Core.RenewSession(w.t.Context(), ssotest.Call(ust))
		_, code := w.model.caller(ust)
		if code == "" {
			w.model.sessions[ust].expires = w.model.now.Add(time.Hour)
		}
		return codeOf(err), code
	}},
	{"verify", func(w *world) (string, string) {
		ust, target := w.ust(), w.ust()
		isValid, err := w.env.Core.VerifySession(w.t.Context(), ssotest.Call(ust), target)
		caller, code := w.model.caller(ust)
		switch {
		case code != "":
			return codeOf(err), code
		case !caller.isSuper:
			return codeOf(err), "E005001"
		}
		_, code = w.model.caller(target)
		return fmt.Sprint(isValid), fmt.Sprint(code == "")
	}},
	{"update current user", func(w *world) (string, string) {
		ust, patch, name := w.ust(), map[string]any{}, w.displayName()
		patch["display_name"] = nil
		if name != nil {
			patch["display_name"] = *name
		}
		err := w.env.Core.UpdateCurrentUser(w.t.Context(), ssotest.Call(ust), sso.PatchFromMap(patch))
		caller, code := w.model.caller(ust)
		if code == "" {
			caller.displayName = name
		}
		return codeOf(err), code
	}},
	{"change own password", func(w *world) (string, string) {
		ust, old, password := w.ust(), w.password(), w.password()
		err := w.env.Core.ChangePassword(w.t.Context(), ssotest.Call(ust), sso.PasswordChange{OldPassword: old, NewPassword: password})
		caller, code := w.model.caller(ust)
		switch {
		case code != "":
		case caller.password != old:
			code = "E005001"
		default:
			caller.password = password
			w.model.ends(caller, ust)
		}
		return codeOf(err), code
	}},
	administered("lock", "E005001", "E001100",
		func(w *world, call sso.Call, id string) error { return w.env.Core.LockUser(w.t.Context(), call, id) },
		func(w *world, caller, target *modelUser) string {
			if caller == target {
				return "E008001"
			}
			target.isLocked = true
			w.model.ends(target, "")
			return ""
		}),
	administered("unlock", "E005001", "E001100",
		func(w *world, call sso.Call, id string) error { return w.env.Core.UnlockUser(w.t.Context(), call, id) },
		func(_ *world, _, target *modelUser) string { target.isLocked = false; return "" }),
	administered("approve", "E008002", "E001100",
		func(w *world, call sso.Call, id string) error { return w.env.Core.ApproveUser(w.t.Context(), call, id) },
		func(_ *world, _, target *modelUser) string { target.approval = sso.ApprovalApproved; return "" }),
	administered("reject", "E008002", "E001100",
		func(w *world, call sso.Call, id string) error {
			if w.model.byID(id) != nil && w.model.byID(id).name == "user-0" {
				id = "zusr-nobody" // somebody must be left
			}
			return w.env.Core.RejectUser(w.t.Context(), call, id)
		},
		func(_ *world, _, target *modelUser) string {
			if target.name == "user-0" {
				return "E001100"
			}
			target.approval = sso.ApprovalRejected
			return ""
		}),
	administered("delete", "E005001", "E008001",
		func(w *world, call sso.Call, id string) error {
			return w.env.Core.DeleteUserByID(w.t.Context(), call, id)
		},
		func(w *world, caller, target *modelUser) string {
			if caller == target {
				return "E008001"
			}
			w.model.ends(target, "")
			delete(w.model.users, target.name)
			return ""
		}),
	{"write an attribute", func(w *world) (string, string) {
		ust, name, value := w.ust(), fmt.Sprint("a", w.random.IntN(3)), fmt.Sprint(w.random.IntN(100))
		how := sso.AttributeWrite(w.random.IntN(3))
		err := w.env.Core.WriteAttributes(w.t.Context(), ssotest.Call(ust), sso.AttributeOwner{}, how,
			[]sso.AttributeChange{{Name: name, Value: sso.Some[any](value), Encrypt: sso.Some(w.random.IntN(2) == 0)}})
		caller, code := w.model.caller(ust)
		if code != "" {
			return codeOf(err), code
		}
		_, exists := caller.attributes[name]
		switch {
		case how == sso.CreateAttribute && exists:
			return codeOf(err), "E009001"
		case how == sso.UpdateAttribute && !exists:
			return codeOf(err), "E009002"
		}
		caller.attributes[name] = value
		return codeOf(err), ""
	}},
	{"delete an attribute", func(w *world) (string, string) {
		ust, name := w.ust(), fmt.Sprint("a", w.random.IntN(3))
		err := w.env.Core.DeleteAttributes(w.t.Context(), ssotest.Call(ust), sso.AttributeOwner{}, []string{name})
		caller, code := w.model.caller(ust)
		if code == "" {
			delete(caller.attributes, name)
		}
		return codeOf(err), code
	}},
}

func (w *world) displayName() *string {
	name := fmt.Sprintf("Żółw %d", w.random.IntN(100))
	if w.random.IntN(3) == 0 {
		return nil
	}
	return &name
}

// TestRandomCalls makes random calls on the SSO and on the model: answers, and
// at the end rows, must be the same.
func TestRandomCalls(t *testing.T) {
	t.Parallel()
	const calls = 1500
	ssotest.Each(t, nil, func(t *testing.T, env *ssotest.Env) {
		seed := rand.Uint64()
		w := &world{t: t, env: env, random: rand.New(rand.NewPCG(seed, 0)), usts: []string{"gAAAAABgarbage"}, model: model{
			users: map[string]*modelUser{}, sessions: map[string]*modelSession{}, now: env.Clock.Now(),
		}}
		first := &modelUser{id: env.SuperUser("user-0"), name: "user-0", password: ssotest.Password, isSuper: true,
			approval: sso.ApprovalApproved, attributes: map[string]string{}}
		w.model.users["user-0"] = first
		var history []string
		for range calls {
			if len(w.model.sessions) == 0 || w.random.IntN(50) == 0 { // somebody is always there
				w.revive(first)
			}
			step := steps[w.random.IntN(len(steps))]
			w.model.now = env.Clock.Now()
			got, want := step.make(w)
			history = append(history, fmt.Sprintf("%s: %q", step.name, got))
			if got != want {
				t.Fatalf("seed %d: got %q, want %q, after\n%s", seed, got, want, strings.Join(history, "\n"))
			}
			w.model.now = env.Clock.Now()
		}
		w.compareRows(seed)
	})
}

// revive has the first user be there, approved, unlocked and in a session.
func (w *world) revive(first *modelUser) {
	if namesake := w.model.users[first.name]; namesake != first {
		if namesake != nil { // made by a call, after the first was deleted
			if err := w.env.Core.DeleteUserByID(w.t.Context(), ssotest.Trusted(), namesake.id); err != nil {
				w.t.Fatal(err)
			}
			w.model.ends(namesake, "")
		}
		first.id = w.env.SuperUser(first.name)
		first.password, first.displayName, first.attributes = ssotest.Password, nil, map[string]string{}
		w.model.users[first.name] = first
	}
	first.isLocked, first.approval = false, sso.ApprovalApproved
	for _, call := range []func() error{
		func() error { return w.env.Core.UnlockUser(w.t.Context(), ssotest.Trusted(), first.id) },
		func() error { return w.env.Core.ApproveUser(w.t.Context(), ssotest.Trusted(), first.id) },
	} {
		if err := call(); err != nil {
			w.t.Fatal(err)
		}
	}
	info, err := w.env.Core.Login(w.t.Context(), ssotest.Trusted(), sso.LoginRequest{Username: first.name})
	if err != nil {
		w.t.Fatal(err)
	}
	w.usts = append(w.usts, info.UST)
	w.model.sessions[info.UST] = &modelSession{first, w.env.Clock.Now().Add(time.Hour)}
}

// compareRows compares what the store holds with the model.
func (w *world) compareRows(seed uint64) {
	rows, total, err := w.env.Store.FindUsers(w.t.Context(), store.UserFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	if total != len(w.model.users) {
		w.t.Errorf("seed %d: %d users, want %d", seed, total, len(w.model.users))
	}
	for _, row := range rows {
		user := w.model.users[row.Username]
		if user == nil {
			w.t.Errorf("seed %d: there is a user %s", seed, row.Username)
			continue
		}
		if row.UserID != user.id || row.IsSuperUser != user.isSuper || row.IsLocked != user.isLocked || row.ApprovalStatus != user.approval ||
			(row.DisplayName == nil) != (user.displayName == nil) || row.DisplayName != nil && *row.DisplayName != *user.displayName {
			w.t.Errorf("seed %d: the row of %s is %+v, want %+v", seed, row.Username, row, user)
		}
		w.compareSessions(seed, row, user)
		attributes, err := w.env.Core.Attributes(w.t.Context(), ssotest.Trusted(), sso.AttributeOwner{UserID: user.id}, sso.AttributeQuery{Decrypt: true})
		if err != nil {
			w.t.Fatal(err)
		}
		got := map[string]string{}
		for _, attribute := range attributes {
			got[attribute.Name], _ = attribute.Value.(string)
		}
		if !maps.Equal(got, user.attributes) {
			w.t.Errorf("seed %d: %s has the attributes %v, want %v", seed, row.Username, got, user.attributes)
		}
	}
}

func (w *world) compareSessions(seed uint64, row *store.User, user *modelUser) {
	sessions, err := w.env.Store.Sessions(w.t.Context(), row.PK, w.env.Clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	want := 0
	for _, session := range w.model.sessions {
		if session.owner == user && session.expires.After(w.model.now) {
			want++
		}
	}
	if len(sessions) != want {
		w.t.Errorf("seed %d: %s has %d sessions, want %d", seed, row.Username, len(sessions), want)
	}
}
