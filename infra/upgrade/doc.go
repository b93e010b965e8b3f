// Package upgrade holds tests alone, of two versions that share a table.
//
// TestTwoBuilds, part of `make test`, has a build that writes attributes which this version does not know work beside it. TestUpgrade, with the build
// tag upgrade for `make upgrade`, has the previous version fill a table and leave messages in the queues, and this version take both over: the
// previous one is the latest tag's, or previousWithoutTag while there is no tag, in a work tree of its own, driven only by what is fixed: argylectl local
// --json, send and status --json.
package upgrade
