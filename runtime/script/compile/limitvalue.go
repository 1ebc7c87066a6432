package compile

import (
	"go/ast"
	"go/constant"
	"go/types"
	"math"
)

// refuseHuge refuses types whose values are larger than maxValue, wherever
// they are named, and slices that are written with an element so far on: the
// interpreter would make them whole, and end the process where there is not
// the memory.
func refuseHuge(s *source) Errors {
	sizes := &sizes{known: map[types.Type]int64{}}
	var found Errors
	for _, file := range s.files {
		ast.Inspect(file, func(node ast.Node) bool {
			expr, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			at, known := s.info.Types[expr]
			if !known || at.Type == nil {
				return true
			}
			size := int64(0)
			switch expr := expr.(type) {
			case *ast.CompositeLit:
				size = sizes.of(at.Type)
				if slice, ok := at.Type.Underlying().(*types.Slice); ok {
					size = product(s.length(expr), sizes.of(slice.Elem()))
				}
			default:
				if at.IsType() {
					size = sizes.of(at.Type)
				}
			}
			if size <= maxValue {
				return true
			}
			found = append(found, s.diagnostic(expr.Pos(),
				"a value of this type has more than %d bytes: make a slice of the size that the service needs", maxValue))
			return false
		})
	}
	return found.limited()
}

// length returns how many elements a slice literal has.
func (s *source) length(literal *ast.CompositeLit) int64 {
	next, most := int64(0), int64(0)
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if index := s.info.Types[pair.Key].Value; index != nil {
				if n, ok := constant.Int64Val(constant.ToInt(index)); ok {
					next = n
				}
			}
		}
		if next < math.MaxInt64 {
			next++
		}
		most = max(most, next)
	}
	return most
}

// sizes measures types in bytes, alignment apart: each once, for a type can be
// part of another very often, and never beyond what an int64 holds.
type sizes struct {
	known map[types.Type]int64
}

func (s *sizes) of(t types.Type) int64 {
	if size, known := s.known[t]; known {
		return size
	}
	s.known[t] = 0 // of itself a type can hold nothing
	size := int64(0)
	switch u := t.Underlying().(type) {
	case *types.Array:
		size = product(u.Len(), s.of(u.Elem()))
	case *types.Struct:
		for field := range u.Fields() {
			size = sum(size, s.of(field.Type()))
		}
	case *types.Tuple, *types.TypeParam:
	case *types.Interface, *types.Slice:
		size = 24
	case *types.Basic:
		if u.Info()&types.IsUntyped == 0 && u.Kind() != types.Invalid {
			size = wordSizes.Sizeof(u)
		}
	default:
		size = 8
	}
	s.known[t] = size
	return size
}

var wordSizes = types.SizesFor("gc", "amd64")

func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func product(count, size int64) int64 {
	if count <= 0 || size <= 0 {
		return 0
	}
	if count > math.MaxInt64/size {
		return math.MaxInt64
	}
	return count * size
}
