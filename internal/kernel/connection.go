package kernel

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/cellwrap/cellwrap/internal/ports"
)

// connection is a connection file, by which Jupyter tells a kernel where to listen. What it has that
// is not here is kept.
type connection struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Control   int    `json:"control_port"`
	Heartbeat int    `json:"hb_port"`
	Key       string `json:"key"`
	Scheme    string `json:"signature_scheme"`

	rest map[string]json.RawMessage
}

// readConnection reads a connection file.
func readConnection(file string) (*connection, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the connection file: %w", err)
	}
	return parseConnection(file, text)
}

// parseConnection reads the text of a connection file.
func parseConnection(file string, text []byte) (*connection, error) {
	c := &connection{Transport: "tcp", IP: "127.0.0.1", Scheme: "hmac-sha256"}
	err := json.Unmarshal(text, c)
	if err == nil {
		err = json.Unmarshal(text, &c.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no connection file: %w", file, err)
	}
	for _, p := range []struct {
		name string
		port int
	}{{"shell", c.Shell}, {"iopub", c.IOPub}, {"stdin", c.Stdin}, {"control", c.Control}, {"hb", c.Heartbeat}} {
		if p.port <= 0 || p.port > 1<<16-1 {
			return nil, fmt.Errorf("%s is no connection file: it has no %s_port", file, p.name)
		}
	}
	if c.Scheme != "hmac-sha256" && c.Key != "" {
		return nil, fmt.Errorf("%s: messages are signed by %s, which cellwrap does not know (hmac-sha256 is what Jupyter does)", file, c.Scheme)
	}
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return nil, fmt.Errorf("%s: unknown transport %q", file, c.Transport)
	}
	return c, nil
}

// endpoint returns where a port of the connection is.
func (c *connection) endpoint(port int) string {
	if c.Transport == "ipc" {
		return "ipc://" + c.IP + "-" + strconv.Itoa(port)
	}
	return "tcp://" + net.JoinHostPort(c.IP, strconv.Itoa(port))
}

// forKernel returns a connection like c with ports that are free, and held until release is called.
func (c *connection) forKernel() (_ *connection, release func(), err error) {
	k := *c
	k.Transport, k.IP = "tcp", "127.0.0.1"
	fields := []*int{&k.Shell, &k.IOPub, &k.Stdin, &k.Control, &k.Heartbeat}
	free, release, err := ports.Reserve(len(fields))
	if err != nil {
		return nil, nil, err
	}
	for i, port := range fields {
		*port = free[i]
	}
	return &k, release, nil
}

// text returns the text of a connection file.
func (c *connection) text() ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	for k, v := range c.rest {
		all[k] = v
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	return json.MarshalIndent(all, "", "  ")
}

// write writes the connection file into dir, under the name that it has for Jupyter: some kernels
// read their id from it.
func (c *connection) write(dir, name string) (string, error) {
	text, err := c.text()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, name)
	return file, os.WriteFile(file, text, 0o600)
}
