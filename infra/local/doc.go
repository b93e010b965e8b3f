// Package local runs the whole system on one machine, without AWS and without Docker, from the same template.yaml that deploys it.
//
// [Start] is where to begin. It reads the template and puts together
//   - backend: DynamoDB Local and ElasticMQ, with the tables and queues the template declares;
//   - lambda: the real function binaries, each under a Lambda Runtime API;
//   - gateway: the HTTP API, which turns requests into function invocations;
//   - mapping: the event source mappings, which turn queue messages into function invocations;
//   - secrets: Secrets Manager's GetSecretValue.
//
// Nothing about tables, queues, routes or settings is written here a second time: change the template and the stack changes with it. Every
// listener is on loopback, and no function ever sees the developer's own AWS credentials.
//
// It is not a copy of AWS: it has no IAM, no throttling and no alarms.
package local
