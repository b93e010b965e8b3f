package template

import "slices"

// globalSections are the sections of Globals that are merged here: the section X goes into every AWS::Serverless::X.
var globalSections = []string{"Api", "Function", "HttpApi", "SimpleTable", "StateMachine"}

func checkGlobals(globals *node) error {
	for _, e := range globals.keys {
		if !slices.Contains(globalSections, e.key) {
			return lineError(e.line, "Globals.%s is not known here", e.key)
		}
		if err := wantMap(e); err != nil {
			return err
		}
	}
	return nil
}

// withGlobals merges the section of Globals that belongs to a resource's type under the resource's own properties.
func withGlobals(kind string, properties, globals *node) *node {
	for _, section := range globals.keys {
		if kind == "AWS::Serverless::"+section.key {
			return merge(section.val, properties)
		}
	}
	return properties
}

// merge is SAM's rule for Globals: maps merge, lists concatenate with the global items first, and anything else, an intrinsic
// function included, is overridden by the resource's own. (AWS SAM developer guide, "Globals section", "Overridable properties".)
func merge(global, own *node) *node {
	switch {
	case global.form == isMap && own.form == isMap:
		merged := &node{form: isMap, line: own.line}
		for _, g := range global.keys {
			if o := own.get(g.key); o != nil {
				g.val = merge(g.val, o)
			}
			merged.keys = append(merged.keys, g)
		}
		for _, o := range own.keys {
			if global.get(o.key) == nil {
				merged.keys = append(merged.keys, o)
			}
		}
		return merged
	case global.form == isList && own.form == isList:
		return &node{form: isList, line: own.line, list: slices.Concat(global.list, own.list)}
	}
	return own
}
