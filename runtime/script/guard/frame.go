package guard

// Frame holds the deferred calls of one call of a function. The interpreter's
// own defer evaluates arguments late and can lock itself up; a lowered function
// that defers runs its body through State.run instead, and Go's own defer and
// panic do the rest.
type Frame struct {
	deferred   []func()
	value      any // of the panic on its way
	isPanicked bool
	site       int // where it came from
}

// Defer notes a call for the end of the function.
func (f *Frame) Defer(call func()) { f.deferred = append(f.deferred, call) }

// run runs the body of a function and then what it has deferred.
func (s *State) run(body func(*Frame)) {
	f := &Frame{}
	depth := s.depth
	f.protect(s, func() { body(f) })
	for len(f.deferred) > 0 {
		last := len(f.deferred) - 1
		call := f.deferred[last]
		f.deferred = f.deferred[:last]
		s.frames = append(s.frames, f)
		f.protect(s, call)
		s.frames = s.frames[:len(s.frames)-1]
	}
	s.depth = depth
	if f.isPanicked {
		s.at = f.site
		panic(f.value)
	}
}

// protect runs a function; a panic becomes the frame's.
func (f *Frame) protect(s *State, function func()) {
	frames := len(s.frames)
	defer func() {
		if fault := recover(); fault != nil {
			f.value, f.isPanicked, f.site = fault, true, s.at
			s.frames = s.frames[:frames]
		}
	}()
	function()
}

// recovered is recover in a script.
func (s *State) recovered() any {
	if len(s.frames) == 0 {
		return nil
	}
	f := s.frames[len(s.frames)-1]
	if !f.isPanicked {
		return nil
	}
	value := f.value
	f.value, f.isPanicked = nil, false
	return Translated(plain(Thrown(value)))
}
