package kernel

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// longFrame returns a frame's head, which says that it is of size bytes, and a byte of it.
func longFrame(flags byte, size uint64) string {
	return string(binary.BigEndian.AppendUint64([]byte{flags | isLong}, size)) + "x"
}

// readyOf returns the handshake of a socket of a type.
func readyOf(properties string) string {
	return string([]byte{isCommand, byte(6 + len(properties))}) + "\x05READY" + properties
}

func socketType(name string) string {
	return "\x0bSocket-Type\x00\x00\x00" + string(rune(len(name))) + name
}

// hostile is what no peer of ours sends: it makes the library allocate without bound, or panic.
func hostile(peer string) map[string]string {
	hello := string(greeting())
	ready := hello + readyOf(socketType(peer))
	return map[string]string{
		"no greeting":                     strings.Repeat("GET / HTTP/1.1\r\n", 10),
		"another mechanism":               strings.Replace(hello, "NULL", "PLAIN", 1)[:64],
		"2^62 bytes before the handshake": hello + longFrame(isCommand, 1<<62),
		"2^35 bytes before the handshake": hello + longFrame(isCommand, 1<<35),
		"2^62 bytes":                      ready + longFrame(0, 1<<62),
		"2^35 bytes":                      ready + longFrame(hasMore, 1<<35),
		"2^64-1 bytes":                    ready + longFrame(0, 1<<64-1),
		"2^35 bytes in all":               ready + "\x01\x01x" + longFrame(0, 1<<35),
		"endless frames":                  ready + strings.Repeat("\x01\x00", mostFrames+1),
		"no command":                      hello + "\x00\x06\x05READY",
		"another command":                 hello + "\x04\x06\x05ERROR",
		"an empty command":                hello + "\x04\x00",
		"a name too long":                 hello + readyOf("\x0bSocket-Typ"),
		"no value":                        hello + readyOf("\x0bSocket-Type"),
		"a value too long":                hello + readyOf("\x0bSocket-Type\xff\xff\xff\xffx"),
		"another type":                    hello + readyOf(socketType("PULL")),
		"no type":                         hello + readyOf(""),
		"no type that the library knows":  hello + readyOf(strings.ToUpper(socketType("DEALER"))),
		"two types":                       hello + readyOf(socketType("DEALER")+strings.ToLower(socketType("x"))),
		"a name of other letters":         hello + readyOf("\x0c\u017focket-Type\x00\x00\x00\x01x"),
	}
}

// Who sends what no peer sends is disconnected, on every port and transport, before the library sees it; neither
// that nor who says nothing keeps others from being served.
func TestHostile(t *testing.T) {
	tcp, err := readConnection(connectionFile(t))
	if err != nil {
		t.Fatal(err)
	}
	ipc := &connection{Transport: "ipc", IP: filepath.Join(t.TempDir(), "k"), Shell: 1, IOPub: 2, Stdin: 3, Control: 4, Heartbeat: 5}
	for _, at := range []*connection{tcp, ipc} {
		front, err := listen(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		defer front.close()
		ports := map[string]int{"shell": at.Shell, "iopub": at.IOPub, "stdin": at.Stdin, "control": at.Control, "heartbeat": at.Heartbeat}
		for name, port := range ports {
			network, addr, _ := strings.Cut(at.endpoint(port), "://")
			if network == "ipc" {
				network = "unix"
			}
			connect := func() net.Conn {
				conn, err := net.Dial(network, addr)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				conn.SetDeadline(time.Now().Add(time.Minute))
				return conn
			}
			connect() // and says nothing
			peer := "DEALER"
			if name == "iopub" {
				peer = "SUB"
			}
			for what, text := range hostile(peer) {
				conn := connect()
				io.WriteString(conn, text) // it may be closed before all is written
				if _, err := io.Copy(io.Discard, conn); err != nil && !strings.Contains(err.Error(), "reset") {
					t.Errorf("%s %s: %s: %v", at.Transport, name, what, err)
				}
			}
		}
		go pass(front.heartbeat, func(frames [][]byte) { front.heartbeat.SendMulti(zmq4.NewMsgFrom(frames...)) })
		client := zmq4.NewDealer(t.Context())
		defer client.Close()
		if err := client.Dial(at.endpoint(at.Heartbeat)); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{0, 1, 255, 256, 1 << 16, 10 << 20} {
			ping := zmq4.NewMsgFrom(nil, bytes.Repeat([]byte("x"), size), []byte("end"))
			if err := client.SendMulti(ping); err != nil {
				t.Fatal(err)
			}
			pong, err := client.Recv()
			if err != nil || len(pong.Frames) != 3 || !bytes.Equal(bytes.Join(pong.Frames, nil), bytes.Join(ping.Frames, nil)) {
				t.Errorf("%s: %d bytes come back as %d frames, %v", at.Transport, size, len(pong.Frames), err)
			}
		}
	}
}

// stub is a connection whose peer has sent all that it will.
type stub struct {
	net.Conn
	io.Reader
}

func (s stub) Read(p []byte) (int, error)       { return s.Reader.Read(p) }
func (s stub) Write(p []byte) (int, error)      { return len(p), nil }
func (s stub) Close() error                     { return nil }
func (s stub) SetWriteDeadline(time.Time) error { return nil }

// FuzzPeer holds that whatever a peer sends, the library reads it without a panic, and allocates no more than
// the bounds.
func FuzzPeer(f *testing.F) {
	for _, text := range hostile("DEALER") {
		f.Add([]byte(text))
	}
	f.Add([]byte(string(greeting()) + readyOf(socketType("DEALER")) + "\x01\x01x\x00\x02yz\x04\x05\x04PING"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c := &checked{Conn: stub{Reader: bytes.NewReader(text)}, peers: []string{"DEALER", "ROUTER", "REQ"}, most: 1 << 16}
		conn, err := zmq4.Open(c, null.Security(), zmq4.Router, zmq4.SocketIdentity("x"), true, nil)
		for err == nil {
			_, err = conn.RecvMsg()
		}
	})
}
