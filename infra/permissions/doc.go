// Package permissions holds each role of template.yaml against what its function really calls: more is as wrong as less.
//
// What a function calls is recorded, and not written down: [Recorder] is middleware in the function's own AWS clients, and the tests beside each
// function drive every branch of it. A call gives an IAM action, and its own input gives the resource: functions run with the environment that
// the template declares, in which a [Deployment] puts the names and ARNs that AWS would. [Deployment.Compare] then asks for equality with
// the role, less what the platform itself needs ([Deployment.Platform]). That no call is missed has two proofs: every place that calls a client was
// seen calling it ([Sites]), and the linker left no operation of a service in the function's binary that its role does not allow.
//
// [Deployment.Findings] is about the rest of the template: roles say what they allow in the plainest form there is, and nothing beside
// them grants anything. It says nothing about infra/github-oidc.yaml, the role of whoever deploys.
package permissions
