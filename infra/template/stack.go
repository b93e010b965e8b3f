package template

import (
	"slices"
)

// Params are values for the template's parameters, by name. A pseudo-parameter can be set the same way ("AWS::Region").
type Params map[string]string

// Resolver says what references to resources give. It is asked while the stack is being resolved; a resource's other
// properties can be read meanwhile with [Resource.Property], which resolves them on demand, so that a queue's URL can be
// made from its QueueName.
type Resolver interface {
	// Ref gives the value of !Ref and ${LogicalId}.
	Ref(res *Resource) (any, error)
	// GetAtt gives the value of !GetAtt and ${LogicalId.Attribute}. SAM's !Ref Function.Alias and !Ref Function.Version arrive here
	// too, as attributes Alias and Version.
	GetAtt(res *Resource, attribute string) (any, error)
}

// Placeholders is a [Resolver] that gives every reference a value that shows what it stands for: Ref gives the logical id and
// GetAtt "LogicalId.Attribute". It serves whoever reads a template without having a stack.
type Placeholders struct{}

// Ref gives the logical id.
func (Placeholders) Ref(res *Resource) (any, error) { return res.LogicalID, nil }

// GetAtt gives "LogicalId.Attribute".
func (Placeholders) GetAtt(res *Resource, attribute string) (any, error) {
	return res.LogicalID + "." + attribute, nil
}

// Stack is a template with every parameter, condition and intrinsic function evaluated. Resources and outputs whose condition is
// false are not in it.
type Stack struct {
	// Resources in the order of the file.
	Resources []*Resource
	// Outputs in the order of the file.
	Outputs []Output

	byID map[string]*Resource
}

// Resource returns the resource with a logical id.
func (s *Stack) Resource(logicalID string) (*Resource, bool) {
	res, ok := s.byID[logicalID]
	return res, ok
}

// OfType returns the resources of the given types ("AWS::SQS::Queue"), in the order of the file.
func (s *Stack) OfType(types ...string) []*Resource {
	var found []*Resource
	for _, res := range s.Resources {
		if slices.Contains(types, res.Type) {
			found = append(found, res)
		}
	}
	return found
}

// Output returns the output with a name.
func (s *Stack) Output(name string) (Output, bool) {
	for _, out := range s.Outputs {
		if out.Name == name {
			return out, true
		}
	}
	return Output{}, false
}

// Output is one of the template's outputs.
type Output struct {
	Name        string
	Line        int
	Description string
	Value       any
}

// Resource is one of the template's resources, its Globals merged in.
type Resource struct {
	LogicalID string
	// Type is "AWS::SQS::Queue" and the like.
	Type string
	// Line is where the resource stands in the file.
	Line int
	// Condition is the name of the resource's condition, "" if it has none.
	Condition string
	DependsOn []string
	// DeletionPolicy and UpdateReplacePolicy are "" where the template says nothing.
	DeletionPolicy      string
	UpdateReplacePolicy string
	// Metadata is the resource's Metadata, resolved; empty if it has none.
	Metadata Props
	// Properties are the resource's properties, resolved. While [Template.Resolve] is still running, which a [Resolver] sees, they
	// are not complete: use [Resource.Property] there.
	Properties Props

	resolve              func(property string) (any, bool, error)
	metadata, properties *node
}

// Property resolves one property by itself, and works while the stack is still being resolved. ok is false where the resource
// does not have it, or it is AWS::NoValue.
func (r *Resource) Property(name string) (value any, ok bool, err error) {
	return r.resolve(name)
}
