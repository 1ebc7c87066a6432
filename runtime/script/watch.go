package script

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pollWithoutEvents is how often directories are read where the system cannot
// tell of changes.
const pollWithoutEvents = 100 * time.Millisecond

// Watch loads what changes in the services directories until ctx ends or the
// engine is closed. Directories may come and go. Where the system cannot tell
// of changes, the directories are read every tenth of a second instead.
func (e *Engine) Watch(ctx context.Context) error {
	w := watcher{engine: e}
	defer w.close()
	if !e.config.PollOnly {
		w.open()
	}
	if err := w.scan(ctx); err != nil {
		return quietly(ctx, err)
	}
	timer := time.NewTimer(time.Until(w.due))
	defer timer.Stop()
	for {
		timer.Reset(time.Until(w.due))
		select {
		case <-ctx.Done():
			return nil
		case <-e.stopped.Done():
			return nil
		case event := <-w.events:
			w.notice(event)
		case <-w.engine.arrived:
			if w.first.IsZero() { // or else it is read soon, once files are quiet
				w.due = time.Now()
			}
		case err := <-w.errors: // events were lost
			e.logger.Warn("file events were lost; reading the services directories", "error", err)
			w.due = time.Now()
		case <-timer.C:
			if err := w.scan(ctx); err != nil {
				return quietly(ctx, err)
			}
		}
	}
}

// quietly drops the error of a watch that was told to end.
func quietly(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// watcher decides when directories are read.
type watcher struct {
	engine *Engine
	system *fsnotify.Watcher // nil where the system cannot tell of changes
	events chan fsnotify.Event
	errors chan error

	watched map[string]bool
	due     time.Time // when to read next
	first   time.Time // of the events since the last reading; zero where there were none
}

func (w *watcher) open() {
	system, err := fsnotify.NewWatcher()
	if err != nil {
		w.giveUp(err)
		return
	}
	w.system, w.events, w.errors = system, system.Events, system.Errors
}

func (w *watcher) close() {
	if w.system != nil {
		_ = w.system.Close() // the descriptor goes either way
	}
	w.system, w.events, w.errors = nil, nil, nil
}

// giveUp turns to polling.
func (w *watcher) giveUp(err error) {
	w.engine.logger.Warn("the system cannot tell of changed files; reading the services directories again and again",
		"every", pollWithoutEvents, "error", err)
	w.close()
}

// scan loads what has changed and decides when to read next.
func (w *watcher) scan(ctx context.Context) error {
	w.first = time.Time{}
	for {
		round, err := w.engine.reload(ctx, w.engine.config.Grace)
		if err != nil {
			return err
		}
		if w.follow(round.paths) {
			continue // what changed before it was watched
		}
		wait := w.engine.config.Poll
		if w.system == nil {
			wait = min(wait, pollWithoutEvents)
		}
		if round.again > 0 {
			wait = min(wait, round.again)
		}
		w.due = time.Now().Add(wait)
		return nil
	}
}

// notice puts the next reading off until files have been quiet, but not for
// ever.
func (w *watcher) notice(event fsnotify.Event) {
	if event.Op == fsnotify.Chmod || !w.concerns(event.Name) {
		return
	}
	now, quiet := time.Now(), w.engine.config.Quiet
	if w.first.IsZero() {
		w.first = now
	}
	w.due = now.Add(quiet)
	if latest := w.first.Add(4 * quiet); w.due.After(latest) {
		w.due = latest
	}
}

// concerns reports whether a path is inside a services directory, or above
// one: directories above are watched for those that do not exist yet.
func (w *watcher) concerns(path string) bool {
	for _, root := range w.engine.config.Dirs {
		root = resolve(root)
		if path == root || strings.HasPrefix(path, root+string(filepath.Separator)) ||
			strings.HasPrefix(root, path+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// follow watches directories and reports whether there is one among them that
// was not watched before.
func (w *watcher) follow(paths []string) (isNew bool) {
	if w.system == nil {
		return false
	}
	for _, root := range w.engine.config.Dirs {
		if above := parentOfMissing(root); above != "" {
			paths = append(paths, above)
		}
	}
	watched := map[string]bool{}
	for _, path := range paths {
		// Also those that are watched: the name may be another directory's.
		err := w.system.Add(path)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			continue // it is gone, or its failure to load says what is wrong with it
		case err != nil:
			w.giveUp(err)
			return false
		}
		watched[path] = true
		isNew = isNew || !w.watched[path]
	}
	for path := range w.watched {
		if !watched[path] {
			_ = w.system.Remove(path) // it is gone, and its watch with it
		}
	}
	w.watched = watched
	return isNew
}

// parentOfMissing returns the nearest directory above one that does not exist;
// "" where it does.
func parentOfMissing(dir string) string {
	dir = resolve(dir)
	if _, err := os.Stat(dir); err == nil {
		return ""
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		if info, err := os.Stat(parent); err == nil && info.IsDir() {
			return parent
		}
	}
	return ""
}

// resolve makes a path absolute and free of symbolic links, as far as it
// exists.
func resolve(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(resolve(parent), filepath.Base(path))
	}
	return path
}
