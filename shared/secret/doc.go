// Package secret gets the signing secrets from AWS Secrets Manager and keeps them at hand.
//
// Several are live at once, so that a secret can be changed without losing a delivery. They are cached for five minutes; when they cannot be
// fetched the last ones known stay in use, without limit: old secrets verify, and no secrets verify nothing. There are no background
// goroutines, which a frozen sandbox would stop half way. Start reading at [Source].
//
// No error and no log line holds a secret, or anything else of what was fetched.
package secret
