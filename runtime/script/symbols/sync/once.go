package sync

// Once stands for sync.Once.
type Once struct{ running, done bool }

// Do calls f the first time, and counts as done even where f panics.
func (o *Once) Do(f func()) {
	if o.running {
		deadlock("Do of a sync.Once", "it is called by the function that it runs")
	}
	if o.done {
		return
	}
	o.running = true
	defer func() { o.running, o.done = false, true }()
	f()
}

// OnceFunc returns a function that calls f once. Where f panics, every call
// panics with its value.
func OnceFunc(f func()) func() {
	var once Once
	var fault any
	returned := false
	return func() {
		once.Do(func() {
			defer func() {
				if !returned {
					fault = recover()
					panic(fault)
				}
			}()
			f()
			f = nil
			returned = true
		})
		if !returned {
			panic(fault)
		}
	}
}
