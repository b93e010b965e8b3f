// Package compiled holds tests alone. They give the events of events/ to the compiled functions, wherever those run, and compare their answers with
// what is expected and the status table with what the reference model says of the same events:
//
//   - `make test`: this machine's binaries, under the local Runtime API;
//   - `make emulate`, build tag emulated: the deployed binaries for arm64, under the local Runtime API and an emulator of that processor;
//   - `make sam-local`, build tag samlocal: the deployed binaries for this machine's processor, in the containers of `sam local`.
//
// Tables and queues are the local stack's each time. Start reading at trial_test.go.
package compiled
