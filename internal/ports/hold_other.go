//go:build !linux

package ports

import (
	"net"
	"strconv"
)

// hold reports whether a port is free. A socket bound to it would keep everybody from it.
func hold(port int) (let func(), err error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	return func() {}, l.Close()
}
