package samlocal

import (
	"context"
	"net"
	"syscall"
)

// listenFreely listens on an address that no interface has yet: podman's bridge exists only while a container runs.
func listenFreely(address string) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) error {
		var set error
		err := conn.Control(func(fd uintptr) { set = syscall.SetsockoptInt(int(fd), syscall.SOL_IP, syscall.IP_FREEBIND, 1) })
		if err != nil {
			return err //nolint:wrapcheck // net says where
		}
		return set //nolint:wrapcheck // net says where
	}}
	return config.Listen(context.Background(), "tcp4", address) //nolint:wrapcheck // the caller says what for
}
