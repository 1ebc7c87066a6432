package compile

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
)

// refuseBrackets refuses a source whose brackets are nested too deep. It comes
// before the parser, which would need memory in proportion.
func refuseBrackets(file File) Errors {
	var tokens scanner.Scanner
	fset := token.NewFileSet()
	where := fset.AddFile(file.Name, -1, len(file.Source))
	tokens.Init(where, file.Source, func(token.Position, string) {}, 0)
	for depth := 0; ; {
		pos, kind, _ := tokens.Scan()
		switch kind {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
			if depth > maxNesting {
				at := fset.PositionFor(pos, false)
				return Errors{{File: file.Name, Line: at.Line, Column: at.Column, Message: tooDeep()}}
			}
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.EOF:
			return nil
		}
	}
}

func tooDeep() string {
	return fmt.Sprintf("this is nested more than %d levels deep: give parts of it names of their own, as types, variables or functions", maxNesting)
}

// refuseNesting refuses what is nested too deep, and chains that are too long:
// what comes after the parser follows both by recursion.
func refuseNesting(s *source) Errors {
	var found Errors
	for _, file := range s.files {
		depth, chain := 0, 0
		type level struct{ depth, chain int }
		var stack []level
		var parents []ast.Node
		refused := false
		ast.Inspect(file, func(node ast.Node) bool {
			if node == nil {
				last := stack[len(stack)-1]
				depth, chain = last.depth, last.chain
				stack, parents = stack[:len(stack)-1], parents[:len(parents)-1]
				return true
			}
			if refused {
				return false
			}
			message := ""
			entered := level{depth, chain}
			if len(parents) > 0 && continues(parents[len(parents)-1], node) {
				chain++
				if chain > maxChain {
					message = fmt.Sprintf("this is a chain of more than %d parts: divide it", maxChain)
				}
			} else {
				depth, chain = depth+1, 0
				if depth > maxNesting {
					message = tooDeep()
				}
			}
			if message != "" {
				found = append(found, s.diagnostic(node.Pos(), "%s", message))
				refused = true
				depth, chain = entered.depth, entered.chain
				return false
			}
			stack, parents = append(stack, entered), append(parents, node)
			return true
		})
	}
	return found
}

// continues reports whether a node is one more link of a chain, such as
// a + b + c and a.B().C(): many in a row are no nesting to a reader.
func continues(parent, node ast.Node) bool {
	switch parent := parent.(type) {
	case *ast.BinaryExpr:
		return parent.X == node
	case *ast.CallExpr:
		return parent.Fun == node
	case *ast.SelectorExpr:
		return parent.X == node
	}
	return false
}
