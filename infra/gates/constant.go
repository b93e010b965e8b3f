package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strconv"
	"time"
)

// constants are the constants of one Go file, as expressions. They are read as text and not imported, so that what a program keeps to itself
// can be checked without being shown to others.
type constants struct {
	file  string
	exprs map[string]ast.Expr
}

// readConstants reads a Go file's constants, each of which must stand on a line of its own.
func readConstants(files fs.FS, name string) (constants, error) {
	source, err := fs.ReadFile(files, name)
	if err != nil {
		return constants{}, fmt.Errorf("reading a time: %w", err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return constants{}, fmt.Errorf("reading a time: %w", err)
	}
	c := constants{file: name, exprs: map[string]ast.Expr{}}
	for _, declared := range parsed.Decls {
		group, ok := declared.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok && len(value.Names) == 1 && len(value.Values) == 1 {
				c.exprs[value.Names[0].Name] = value.Values[0]
			}
		}
	}
	return c, nil
}

// number is the value of a constant that is made of whole numbers, package time's units and other constants of the file, by + and *. A
// [time.Duration] is its number of nanoseconds.
func (c constants) number(name string) (int64, error) {
	expr, known := c.exprs[name]
	if !known {
		return 0, fmt.Errorf("%s has no constant %s any more: say in infra/gates/times.go where it is now", c.file, name)
	}
	n, err := c.eval(expr)
	if err != nil {
		return 0, fmt.Errorf("%s: %s: %w", c.file, name, err)
	}
	return n, nil
}

// units are package time's, as far as the functions use them.
var units = map[string]time.Duration{"Millisecond": time.Millisecond, "Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}

func (c constants) eval(expr ast.Expr) (int64, error) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		if e.Kind == token.INT {
			return strconv.ParseInt(e.Value, 0, 64) //nolint:wrapcheck // number says which constant it is
		}
	case *ast.ParenExpr:
		return c.eval(e.X)
	case *ast.Ident:
		return c.number(e.Name)
	case *ast.SelectorExpr:
		if unit, known := units[e.Sel.Name]; known {
			return int64(unit), nil
		}
	case *ast.BinaryExpr:
		x, err := c.eval(e.X)
		if err != nil {
			return 0, err
		}
		y, err := c.eval(e.Y)
		switch {
		case err != nil:
			return 0, err
		case e.Op == token.MUL:
			return x * y, nil
		case e.Op == token.ADD:
			return x + y, nil
		}
	}
	return 0, fmt.Errorf("its value has a form that infra/gates does not read")
}
