//go:build !linux

package samlocal

import "net"

// listenFreely is net.Listen: only on Linux do containers share the machine's own network, and need it.
func listenFreely(address string) (net.Listener, error) { return net.Listen("tcp4", address) }
