package permissions

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Sites are the places in a folder of the module, such as "shared/table", that call the client of an AWS service, by the operation they call: a method
// that the folder's interface Client has, called on a field client. An operation that the interface has and no code calls has no sites. Tests
// are not looked at.
func Sites(module fs.FS, folder string) (map[string][]Site, error) {
	files, err := fs.Glob(module, folder+"/*.go")
	if err != nil {
		return nil, fmt.Errorf("look for calls in %s: %w", folder, err)
	}
	sites := map[string][]Site{}
	var parsed []*ast.File
	positions := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(module, name)
		if err != nil {
			return nil, fmt.Errorf("look for calls in %s: %w", folder, err)
		}
		file, err := parser.ParseFile(positions, name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("look for calls in %s: %w", folder, err)
		}
		parsed = append(parsed, file)
		for _, operation := range clientMethods(file) {
			sites[operation] = nil
		}
	}
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			if called := calledOnClient(n); called != nil {
				if _, known := sites[called.Name]; known {
					at := positions.Position(called.Pos())
					sites[called.Name] = append(sites[called.Name], Site{File: path.Join(folder, path.Base(at.Filename)), Line: at.Line})
				}
			}
			return true
		})
	}
	if len(sites) == 0 {
		return nil, fmt.Errorf("look for calls in %s: no interface Client", folder)
	}
	return sites, nil
}

// clientMethods are the methods of a file's interface Client.
func clientMethods(file *ast.File) (names []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		declared, ok := n.(*ast.TypeSpec)
		if !ok || declared.Name.Name != "Client" {
			return true
		}
		if client, ok := declared.Type.(*ast.InterfaceType); ok {
			for _, method := range client.Methods.List {
				for _, name := range method.Names {
					names = append(names, name.Name)
				}
			}
		}
		return false
	})
	return names
}

// calledOnClient is the method's name if the node is a call x.client.Method(…).
func calledOnClient(n ast.Node) *ast.Ident {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if field, ok := method.X.(*ast.SelectorExpr); ok && field.Sel.Name == "client" {
		return method.Sel
	}
	return nil
}
