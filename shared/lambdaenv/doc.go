// Package lambdaenv is what a function knows when it starts: its settings from the environment, its log, and what an AWS client is built from.
//
// A function with a missing setting must not start: it would answer, or take messages, and fail at each. [Env.Ready] names everything that is
// missing on one line and exits. Start reading at [Env].
//
// Clients are built from a service's Options and not by the SDK's default configuration, which looks for profiles, files and instance roles
// that a Lambda function does not have: about 5 ms of a cold start and 2 MB of a binary. Such clients honour no AWS_ENDPOINT_URL_*
// by themselves, so [Env.Service] reads it. Each package that talks to a service builds its own client from a [Service], and a function
// links only the services it uses.
package lambdaenv
