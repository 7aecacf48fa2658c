package kernel

import (
	"bytes"
	"encoding/json"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds that no frames are too strange: a message keeps every frame but those that are to
// change, is signed where it should be, and with other values for some keys of its content has the others
// still.
func FuzzParse(f *testing.F) {
	key := []byte("a key")
	m := newMessage("execute_request", "s", map[string]any{"code": "x"}, nil, [][]byte{[]byte("id")}, key)
	reply := newMessage("execute_reply", "s", map[string]any{"status": "ok", "payload": []any{1, "<&>"}}, m, m.identities(), key)
	for _, frames := range [][][]byte{
		m.frames, reply.frames, append(slices.Clone(reply.frames), []byte("a buffer"), delimiter), {delimiter},
		{[]byte("x"), delimiter, nil, []byte("{}"), []byte("{"), nil, []byte("[]")}, nil,
	} {
		f.Add(bytes.Join(frames, []byte{0}))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		frames := bytes.Split(text, []byte{0})
		m, ok := parse(frames)
		if !ok {
			return
		}
		was := slices.Clone(m.frames)
		if bytes.Equal(m.frame(1), m.signature(key)) != m.signed(key) || len(m.signature(nil)) > 0 {
			t.Errorf("signed: %t", m.signed(key))
		}
		m.parent()
		var content map[string]json.RawMessage
		isObject := m.content(&content) == nil
		other, err := m.with(map[string]any{"code": "y<z"}, key)
		if (err == nil) != isObject {
			t.Fatalf("%q: %v", m.frame(5), err)
		}
		if !slices.EqualFunc(m.frames, was, bytes.Equal) {
			t.Fatalf("the message has become %q", m.frames)
		}
		if err != nil {
			return
		}
		if again, ok := parse(other.frames); !ok || !again.signed(key) || again.header != m.header || again.parent() != m.parent() {
			t.Fatalf("%q", other.frames)
		}
		for i, frame := range other.frames {
			if i != m.at+1 && i != m.at+5 && !bytes.Equal(frame, was[i]) {
				t.Errorf("frame %d is %q, was %q", i, frame, was[i])
			}
		}
		want := object(t, m.frame(5))
		if want == nil {
			want = map[string]any{}
		}
		if want["code"] = "y<z"; !reflect.DeepEqual(object(t, other.frame(5)), want) {
			t.Errorf("the content is %s, was %s", other.frame(5), m.frame(5))
		}
	})
}

// FuzzConnection holds that what is accepted as a connection file has all that it needs, and that the
// one for the kernel has other ports and is otherwise the same.
func FuzzConnection(f *testing.F) {
	full := `{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, "ip": "10.0.0.1", "key": "k", "transport": "ipc", "signature_scheme": "hmac-sha256", "kernel_name": "x"}`
	for _, text := range []string{
		full, strings.Replace(full, `"x"`, `{"y": [1e400, "<", null]}`, 1), strings.Replace(full, "5", "65536", 1), strings.Replace(full, "hmac-sha256", "hmac-md5", 1),
		strings.Replace(full, "ipc", "udp", 1), strings.ToUpper(full), `{"shell_port": 1}`, "null", "[]", "", full + full, strings.Replace(full, "k", `\ud800`, 1),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := parseConnection("kernel-1.json", text)
		if err != nil {
			if c != nil || !strings.Contains(err.Error(), "kernel-1.json") || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v, %v", c, err)
			}
			return
		}
		k := *c
		k.Transport, k.IP, k.Shell, k.IOPub, k.Stdin, k.Control, k.Heartbeat = "tcp", "127.0.0.1", 7, 8, 9, 10, 11
		written, err := k.text()
		if err != nil {
			t.Fatal(err)
		}
		is, want := object(t, written), object(t, text)
		maps.Copy(want, map[string]any{
			"transport": "tcp", "ip": "127.0.0.1", "key": c.Key, "signature_scheme": c.Scheme,
			"shell_port": json.Number("7"), "iopub_port": json.Number("8"), "stdin_port": json.Number("9"), "control_port": json.Number("10"), "hb_port": json.Number("11"),
		})
		if !reflect.DeepEqual(is, want) {
			t.Fatalf("%s\nhas become\n%s", text, written)
		}
		if again, err := parseConnection("kernel-1.json", written); err != nil || again.Key != c.Key || again.Shell != 7 || again.endpoint(8) != "tcp://127.0.0.1:8" {
			t.Fatalf("%v, %v", again, err)
		}
	})
}

// object reads a JSON object, whatever numbers are in it.
func object(t *testing.T, text []byte) map[string]any {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// FuzzSpec holds that what is accepted as a kernelspec can be put behind the proxy: what is then
// written is a spec of ours, with the kernel's command at its end and all else as it was.
func FuzzSpec(f *testing.F) {
	for _, text := range []string{
		`{"argv": ["gonb", "{connection_file}"], "display_name": "Go", "language": "go", "env": {"X": "a<b"}, "interrupt_mode": "message"}`,
		`{"argv": [], "display_name": "none"}`, `{"argv": "gonb"}`, `{"argv": ["x"], "cellwrap": {}}`, `{"argv": ["x"], "cellwrap": null, "n": 1e400}`, "null", "[]", "", "{", `{"Argv": ["x"]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := filepath.Join("kernels", "Go")
		s, err := parseSpec(dir, text)
		if err != nil {
			if s != nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, "kernel.json")) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%v, %v", s, err)
			}
			return
		}
		if len(s.Argv) == 0 || s.Name != "go" {
			t.Fatalf("%+v", s)
		}
		argv := []string{"cellwrap", "kernel", "run", "--"}
		written, err := s.behind(argv, "shown")
		if err != nil {
			t.Fatal(err)
		}
		ours, err := parseSpec(dir, written)
		if err != nil || !ours.Ours() || ours.Show != "shown" || ours.Lang != s.Lang || !slices.Equal(ours.Argv, append(argv, s.Argv...)) {
			t.Fatalf("%s\nis %+v, %v", written, ours, err)
		}
		if len(ours.all) < len(s.all) {
			t.Fatalf("%d keys of %d", len(ours.all), len(s.all))
		}
		for key, v := range s.all {
			if key != "argv" && key != "display_name" && key != metadataKey && compact(v) != compact(ours.all[key]) {
				t.Fatalf("%s is %s, was %s", key, ours.all[key], v)
			}
		}
	})
}

func compact(text []byte) string {
	var b bytes.Buffer
	json.Compact(&b, text) // it was read
	return b.String()
}

// FuzzCursor holds that a place in a cell, whatever number a client gives, is one between two
// characters, and the right one.
func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"code": "a é 😀", "cursor_pos": 4}`))
	f.Add([]byte(`{"code": "%re", "cursor_pos": -1}`))
	f.Add([]byte(`{"code": "\ud800x", "cursor_pos": 9}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m := &message{frames: [][]byte{nil, nil, nil, nil, nil, text}}
		var c cursor
		if m.content(&c) != nil {
			return
		}
		got := c.offset()
		want := len(c.Code)
		if runes := []rune(c.Code); 0 <= c.Pos && c.Pos < len(runes) {
			want = len(string(runes[:c.Pos]))
		}
		if got != want || !utf8.ValidString(c.Code[:got]) {
			t.Fatalf("%+v is at %d, not %d", c, got, want)
		}
	})
}
