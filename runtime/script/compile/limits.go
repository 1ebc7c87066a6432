package compile

import "fmt"

// Limits of a source. The compiler, the interpreter and the type checker work
// in time and memory that grow with the size of a source, with its nesting and
// with what its names stand for; the latter two can be beyond all bounds in a
// small file. Within these limits any source is compiled in seconds.
const (
	// MaxFileSize bounds a file, in bytes.
	MaxFileSize = 1 << 20

	// maxDirSize bounds the files of a directory together, in bytes.
	maxDirSize = 8 << 20

	// maxNesting is how deep a source may be nested: blocks, parentheses,
	// literals, types, else-branches.
	maxNesting = 250

	// maxChain is how many operands or calls may follow one another in one
	// expression.
	maxChain = 4000

	// maxTypeWeight and maxTypeWeights bound how many parts a type, and all
	// types of a directory together, have where each name is written out.
	maxTypeWeight  = 50_000
	maxTypeWeights = 2_000_000

	// maxConstant bounds a constant text, in bytes.
	maxConstant = 1 << 20

	// maxValue bounds a value that is not on the heap, in bytes: the
	// interpreter makes all of an array at once.
	maxValue = 64 << 20
)

// refuseSizes refuses files that are too large.
func refuseSizes(dir string, files []File) Errors {
	total := 0
	for _, file := range files {
		total += len(file.Source)
		if len(file.Source) > MaxFileSize {
			return Errors{{File: file.Name, Message: fmt.Sprintf(
				"the file has %d bytes; at most %d are allowed: divide it, or keep data elsewhere", len(file.Source), MaxFileSize)}}
		}
	}
	if total > maxDirSize {
		return Errors{{File: dir, Message: fmt.Sprintf(
			"the Go files have %d bytes together; at most %d are allowed in one directory: divide it", total, maxDirSize)}}
	}
	return nil
}
