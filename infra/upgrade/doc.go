// Package upgrade holds a test alone, with the build tag upgrade, that `make upgrade` runs: the previous version fills a table and leaves messages in the
// queues, and this version takes both over.
//
// The previous version is the latest tag's, or that of [previousWithoutTag] while there is no tag, in a work tree of its own. It is driven only by what is fixed: argylectl
// local --json, send and status --json. Start reading at TestUpgrade.
package upgrade

// previousWithoutTag is what is upgraded from before the first tag: the last commit whose template had no alarms, alias and protection, so that the
// test covers the greatest change of the template there has been.
const previousWithoutTag = "d56364323c1e08a135626d31d885247460260cf5"
