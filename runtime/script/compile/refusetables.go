package compile

import (
	"go/types"
	"slices"
)

// returnsArgument are functions of the host whose result is, or shares memory
// with, their first argument.
var returnsArgument = map[string]bool{
	"slices.Clip": true, "slices.Compact": true, "slices.CompactFunc": true, "slices.Delete": true, "slices.DeleteFunc": true,
	"slices.Grow": true, "slices.Insert": true, "slices.Replace": true, "sort.Reverse": true,
	"bytes.TrimSpace": true, "bytes.Trim": true, "bytes.TrimPrefix": true, "bytes.TrimSuffix": true,
}

// changesArgument are functions of the host that change an argument: which.
var changesArgument = map[string]int{
	"slices.Sort": 0, "slices.SortFunc": 0, "slices.SortStableFunc": 0, "slices.Reverse": 0, "slices.Compact": 0,
	"slices.CompactFunc": 0, "slices.Delete": 0, "slices.DeleteFunc": 0, "slices.Insert": 0, "slices.Replace": 0,
	"maps.Copy": 0, "maps.DeleteFunc": 0, "maps.Insert": 0,
	"sort.Sort": 0, "sort.Stable": 0, "sort.Slice": 0, "sort.SliceStable": 0, "sort.Strings": 0, "sort.Ints": 0, "sort.Float64s": 0,
	"container/heap.Init": 0, "container/heap.Push": 0, "container/heap.Pop": 0, "container/heap.Fix": 0, "container/heap.Remove": 0,
	"encoding/json.Unmarshal": 1, "encoding/xml.Unmarshal": 1, "io.ReadFull": 1,
}

// readingMethods are the methods of the host's mutable types that change
// nothing; all others of these types do.
var readingMethods = map[string][]string{
	"sync.Map":                 {"Load", "Range"},
	"sync.Mutex":               nil,
	"sync.RWMutex":             nil,
	"sync.Once":                nil,
	"sync.WaitGroup":           nil,
	"sync.Pool":                nil,
	"sync.Cond":                nil,
	"container/list.List":      {"Len", "Front", "Back"},
	"container/ring.Ring":      {"Len", "Next", "Prev", "Move", "Do"},
	"bytes.Buffer":             {"Len", "Cap", "Bytes", "String", "Available", "AvailableBuffer"},
	"strings.Builder":          {"Len", "Cap", "String"},
	"sync/atomic.Bool":         {"Load"},
	"sync/atomic.Int32":        {"Load"},
	"sync/atomic.Int64":        {"Load"},
	"sync/atomic.Uint32":       {"Load"},
	"sync/atomic.Uint64":       {"Load"},
	"sync/atomic.Value":        {"Load"},
	"sync/atomic.Pointer":      {"Load"},
	"net/http.Header":          {"Get", "Values", "Clone", "Write", "WriteSubset"},
	"net/url.Values":           {"Get", "Has", "Encode"},
	"net/textproto.MIMEHeader": {"Get", "Values"},
}

// changesReceiver reports whether a method of the host changes its receiver.
func changesReceiver(method *types.Func) bool {
	recv := method.Signature().Recv()
	if recv == nil {
		return false
	}
	t := types.Unalias(recv.Type())
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	if named.Obj().Pkg().Path() == "math/big" {
		// z.Add(x, y) sets z and returns it.
		results := method.Signature().Results()
		return results.Len() > 0 && types.Identical(results.At(0).Type(), recv.Type())
	}
	reading, isMutable := readingMethods[named.Obj().Pkg().Path()+"."+named.Obj().Name()]
	return isMutable && !slices.Contains(reading, method.Name())
}
