// Package template reads template.yaml as CloudFormation and SAM do, so that the local stack and the tests take tables, queues,
// routes and settings from the one place that declares them.
//
// [Load] parses and checks the file; [Template.Resolve] evaluates parameters, conditions and intrinsic functions into a [Stack].
// What a resource's Ref or GetAtt gives is the caller's to say, by a [Resolver]: a queue's URL on this machine, an ARN.
//
// It is no validator: cfn-lint and the checks beside template.yaml say whether AWS takes a template. But nothing is guessed: an
// intrinsic function, a reference or a section that this package does not know is an error with its line.
package template
