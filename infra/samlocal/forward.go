package samlocal

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
)

// forwarder passes connections on to a loopback address.
type forwarder struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	open   map[*net.TCPConn]bool
	closed bool
	active sync.WaitGroup
}

// forward listens on any free port of address, which need not exist yet, and passes connections on to the address to.
func forward(address, to string) (*forwarder, error) {
	listener, err := listenFreely(net.JoinHostPort(address, "0"))
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	f := &forwarder{listener: listener, to: to, open: map[*net.TCPConn]bool{}}
	f.active.Go(f.accept)
	return f, nil
}

func (f *forwarder) port() string {
	_, port, _ := net.SplitHostPort(f.listener.Addr().String())
	return port
}

func (f *forwarder) accept() {
	for {
		in, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.active.Go(func() { f.pass(in.(*net.TCPConn)) }) //nolint:errcheck // what a "tcp4" listener accepts
	}
}

// pass copies both ways until both ends are done.
func (f *forwarder) pass(in *net.TCPConn) {
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", f.to)
	if err != nil {
		_ = in.Close() // the container sees what it would see without a forwarder: nobody there
		return
	}
	out := conn.(*net.TCPConn) //nolint:errcheck // what dialling "tcp" gives
	if !f.keep(in, out) {
		return
	}
	defer f.drop(in, out)
	var copying sync.WaitGroup
	for from, to := range map[*net.TCPConn]*net.TCPConn{in: out, out: in} {
		copying.Go(func() {
			_, _ = io.Copy(to, from)
			_ = to.CloseWrite()
		})
	}
	copying.Wait()
}

// keep remembers connections so that close can end them; false means that it is too late.
func (f *forwarder) keep(conns ...*net.TCPConn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		if f.closed {
			_ = conn.Close()
			continue
		}
		f.open[conn] = true
	}
	return !f.closed
}

func (f *forwarder) drop(conns ...*net.TCPConn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		_ = conn.Close()
		delete(f.open, conn)
	}
}

// close ends the listener and every connection, and returns when they have ended.
func (f *forwarder) close() {
	_ = f.listener.Close()
	f.mu.Lock()
	f.closed = true
	for conn := range f.open {
		_ = conn.Close()
	}
	f.mu.Unlock()
	f.active.Wait()
}
