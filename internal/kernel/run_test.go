package kernel

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// connectionFile writes a connection file with ports that are free.
func connectionFile(t testing.TB) string {
	c, release, err := (&connection{Key: "a key", Scheme: "hmac-sha256"}).forKernel()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	file, err := c.write(t.TempDir(), "kernel-0.json")
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A kernel that ends ends the proxy, with its status, and what has nothing to start says so.
func TestRunEnds(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	file := connectionFile(t)
	run := func(argv ...string) (int, error) {
		return Run(t.Context(), Options{Connection: file, Argv: argv, Stdout: os.Stdout, Stderr: os.Stderr})
	}
	for script, want := range map[string]int{"exit 0": 0, "exit 3": 3, "kill -9 $$": 137} {
		if status, err := run("sh", "-c", script, file); status != want || err != nil {
			t.Errorf("%s: status %d, %v", script, status, err)
		}
	}
	for _, c := range []struct {
		argv []string
		want string
	}{
		{[]string{"./nowhere", file}, "the kernel does not start: "},
		{[]string{"sh", "-c", "exit 0"}, "does not take the connection file"},
	} {
		if _, err := run(c.argv...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, not %s", c.argv, err, c.want)
		}
	}
	// A port that somebody else has.
	at, err := readConnection(file)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", strings.TrimPrefix(at.endpoint(at.Control), "tcp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := run("sh", "-c", "exit 0", file); err == nil || !strings.Contains(err.Error(), "cannot listen on tcp://127.0.0.1:") {
		t.Errorf("an occupied port: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "cellwrap-kernel-*")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

// When the context ends a kernel that has not begun to listen is terminated.
func TestRunCanceled(t *testing.T) {
	file := connectionFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		r.Read(make([]byte, 1)) // it has begun
		cancel()
	}()
	status, err := Run(ctx, Options{Connection: file, Argv: []string{"sh", "-c", "echo begun; exec sleep 1000", file}, Stdout: w, Stderr: os.Stderr})
	w.Close()
	if status != 143 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
}

// A kernel's connection file has the kernel's own ports, and all else that Jupyter's has.
func TestConnection(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kernel-1.json")
	text := `{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, "ip": "10.0.0.1",
		"key": "k", "transport": "ipc", "signature_scheme": "hmac-sha256", "kernel_name": "x", "jupyter_session": "s"}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	at, err := readConnection(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := at.endpoint(at.Shell); got != "ipc://10.0.0.1-1" {
		t.Errorf("endpoint %s", got)
	}
	inner, release, err := at.forKernel()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	name, err := inner.write(t.TempDir(), filepath.Base(file))
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 || filepath.Base(name) != "kernel-1.json" {
		t.Errorf("%s: %v, %v", name, info.Mode(), err)
	}
	got := map[string]any{}
	written, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(written, &got); err != nil {
		t.Fatal(err)
	}
	if got["kernel_name"] != "x" || got["jupyter_session"] != "s" || got["key"] != "k" || got["transport"] != "tcp" || got["ip"] != "127.0.0.1" {
		t.Errorf("%v", got)
	}
	ports := map[any]bool{}
	for _, p := range []string{"shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"} {
		ports[got[p]] = true
	}
	if len(ports) != 5 {
		t.Errorf("ports %v", ports)
	}
}

// What is no connection file is refused, with what is wrong with it.
func TestConnectionRefused(t *testing.T) {
	const good = `{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 65535, "key": "k"}`
	if _, err := parseConnection("c.json", []byte(good)); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"1", "0", "it has no shell_port"},
		{"2", "-2", "it has no iopub_port"},
		{`"stdin_port": 3, `, "", "it has no stdin_port"},
		{"65535", "65536", "it has no hb_port"},
		{`"k"`, `"k", "signature_scheme": "hmac-md5"`, "messages are signed by hmac-md5"},
		{`"k"`, `"k", "transport": "udp"`, `unknown transport "udp"`},
		{"1", `"1"`, "cannot unmarshal string"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if _, err := parseConnection("c.json", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "c.json") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, not %s", text, err, c.want)
		}
	}
}
