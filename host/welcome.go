package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gatehouse/runtime"
	"gatehouse/runtime/channel"
	"gatehouse/runtime/script"
	"gatehouse/runtime/sso/plugin"
)

// welcome is what serve says on standard output when it is up. It is the one
// place where passwords are shown.
type welcome struct {
	out          io.Writer
	url          string   // that it listens at
	redirect     string   // where plain HTTP is sent on to TLS; "" for nowhere
	local        string   // the same as url, for clients on this machine
	curl         string   // with what it needs to reach that
	program      string   // what to type to run it again
	flags        string   // that name this installation
	environment  []string // variables that name it, or that it needs, too
	database     string   // URL of a flag that is not among them, for its password, without which it is here; "" for none
	passwords    passwords
	isListed     bool // the Basic Auth definition that a first start makes, in http.definitions
	hasSuperUser bool // the one that a first start makes
	app          string
}

func (w *welcome) print(format string, args ...any) { fmt.Fprintf(w.out, format+"\n", args...) }

func (w *welcome) installation(cfg runtime.Config) {
	w.print("Gatehouse %s on %s", version(), w.url)
	if w.redirect != "" {
		w.print("  sent on   from %s", w.redirect)
	}
	if cfg.HTTP.Docs {
		w.print("  docs      %s%s", w.local, channel.DocsPath)
	}
	if cfg.IsSQLite() {
		w.print("  database  SQLite, in %s", cfg.Data)
	} else {
		w.print("  database  PostgreSQL")
	}
	if w.passwords == (passwords{}) {
		return
	}
	w.print("\nMade for this installation, and shown only now: keep them.")
	if w.passwords.superUser != "" {
		w.print("  super-user  %s  password  %s", plugin.FirstSuperUser, w.passwords.superUser)
	}
	if w.passwords.invoke != "" {
		w.print("  Basic Auth  %-5s  password  %s", runtime.InvokeDefinition, w.passwords.invoke)
		if !w.isListed {
			w.print("    (it lets nobody in before http.definitions names it)")
		}
	}
}

func (w *welcome) services(services []script.Info, directories, missing []string) {
	for _, directory := range missing {
		w.print("\nThere is no directory %s yet: the SSO is served, and services as soon as there are any.", directory)
	}
	if len(missing) == len(directories) {
		return
	}
	w.print("\nServices in %s:", strings.Join(directories, ", "))
	for _, info := range services {
		switch {
		case info.LastError == "":
			w.print("  %-45s %s", info.Name, info.File)
		case info.Name == "":
			w.print("  (not loaded) %s:\n    %s", info.File, strings.ReplaceAll(info.LastError, "\n", "\n    "))
		default:
			w.print("  %-45s %s: the version before this error serves:\n    %s", info.Name, info.File,
				strings.ReplaceAll(info.LastError, "\n", "\n    "))
		}
	}
	if len(services) == 0 {
		w.print("  (none yet)")
	}
}

// exampleService is the ported sample that the lines to try invoke.
const exampleService = "update-current-user.update-current-user"

// try prints lines that work when pasted into a shell.
func (w *welcome) try(services []script.Info) {
	w.print("\nTry it, in another terminal, from this directory:")

	if len(w.environment) > 0 {
		w.step("first set there what this host has in %s", list(w.environment))
	}
	if w.database != "" {
		w.step("tell the other commands the database; its password is not shown: put it in the place of %s", passwordPlaceholder)
		w.print("  export %s=%s", databaseVariable, quote(w.database))
	}
	switch {
	case w.passwords.superUser != "":
		w.step("log in; the UST is the token of the session")
		w.print(`  UST=$(%s %s/zato/sso/user/login -d '{"username":"%s","password":"%s","current_app":"%s"}' | sed 's/.*"ust": *"\([^"]*\)".*/\1/'); echo "$UST"`,
			w.curl, w.local, plugin.FirstSuperUser, w.passwords.superUser, w.app)
	case w.hasSuperUser:
		w.step("open a session; the UST is its token")
		w.print(`  UST=$(%s sso login %s%s); echo "$UST"`, w.program, plugin.FirstSuperUser, w.flags)
	default:
		w.step("open a session for one of your users; the UST is its token")
		w.print(`  UST=$(%s sso login USERNAME%s); echo "$UST"`, w.program, w.flags)
	}
	isExampleLoaded := slices.ContainsFunc(services, func(s script.Info) bool { return s.Name == exampleService && s.LastError == "" })
	if isExampleLoaded && w.isListed {
		w.step("update the current user, through the example service")
		credentials := runtime.InvokeDefinition // curl asks for a password that we no longer have
		if w.passwords.invoke != "" {
			credentials += ":" + w.passwords.invoke
		}
		w.print(`  %s -w 'HTTP %%{http_code}\n' -u %s %s/zato/api/invoke/%s -d "{\"current_ust\":\"$UST\"}"`, w.curl, credentials, w.local, exampleService)
	} else {
		w.step("update the current user")
		w.print(`  %s -X PATCH %s/zato/sso/user -d "{\"ust\":\"$UST\",\"current_app\":\"%s\",\"display_name\":\"New Display Name\"}"; echo`, w.curl, w.local, w.app)
	}
	w.step("look at the result")
	w.print(`  %s -X GET %s/zato/sso/user -d "{\"ust\":\"$UST\",\"current_app\":\"%s\"}"; echo`, w.curl, w.local, w.app)
	w.step("look at the audit")
	w.print("  %s audit list%s", w.program, w.flags)
	w.print("\nCtrl-C ends the host; calls in flight finish first.")
}

func (w *welcome) step(format string, args ...any) { w.print("\n  # "+format, args...) }

// list joins names in words.
func list(names []string) string {
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// programName returns what to type to run this program again.
func programName() string {
	path, err := os.Executable()
	if err != nil || strings.Contains(path, string(filepath.Separator)+"go-build") {
		return "go run ./host"
	}
	return quote(os.Args[0])
}

// quote makes text one word of a shell.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
