package kernel

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

var delimiter = []byte("<IDS|MSG>")

// message is a message of Jupyter's messaging protocol, in the frames that it came in: identities,
// the delimiter, the signature, header, parent's header, metadata, content, and buffers.
type message struct {
	frames [][]byte
	at     int // the delimiter
	header
}

// header is what a message's header has.
type header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
}

// parse reads the frames of a message, and reports whether they are one.
func parse(frames [][]byte) (*message, bool) {
	for i, f := range frames {
		if !bytes.Equal(f, delimiter) {
			continue
		}
		m := &message{frames: frames, at: i}
		return m, len(frames) >= i+6 && json.Unmarshal(m.frame(2), &m.header) == nil
	}
	return nil, false
}

// frame returns the n'th frame behind the delimiter.
func (m *message) frame(n int) []byte { return m.frames[m.at+n] }

func (m *message) identities() [][]byte { return m.frames[:m.at] }

// parent returns the header of the message that this one is about.
func (m *message) parent() header {
	var h header
	json.Unmarshal(m.frame(3), &h) // else it has none
	return h
}

// content reads the message's content into v.
func (m *message) content(v any) error { return json.Unmarshal(m.frame(5), v) }

// with returns the message with other values for some keys of its content, signed.
func (m *message) with(values map[string]any, key []byte) (*message, error) {
	content := map[string]json.RawMessage{}
	if err := m.content(&content); err != nil {
		return nil, err
	}
	for k, v := range values {
		text, err := encode(v)
		if err != nil {
			return nil, err
		}
		content[k] = text
	}
	text, err := encode(content)
	if err != nil {
		return nil, err
	}
	other := *m
	other.frames = append([][]byte(nil), m.frames...)
	other.frames[m.at+5] = text
	other.sign(key)
	return &other, nil
}

// encode is json.Marshal, but leaves <, > and & as they are, as others write them.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (m *message) sign(key []byte) { m.frames[m.at+1] = m.signature(key) }

func (m *message) signature(key []byte) []byte {
	if len(key) == 0 {
		return nil
	}
	h := hmac.New(sha256.New, key)
	for i := 2; i <= 5; i++ {
		h.Write(m.frame(i))
	}
	return hex.AppendEncode(nil, h.Sum(nil))
}

// signed reports whether a message is signed with key.
func (m *message) signed(key []byte) bool {
	return hmac.Equal(m.signature(key), m.frame(1))
}

// newMessage returns a message of type typ with content, about another one if parent is not nil,
// for who has the identities.
func newMessage(typ, session string, content any, parent *message, identities [][]byte, key []byte) *message {
	m := &message{at: len(identities), header: header{
		ID: rand.Text(), Session: session, Username: "cellwrap",
		Date: time.Now().UTC().Format(time.RFC3339Nano), Type: typ, Version: "5.3",
	}}
	text := func(v any) []byte {
		b, err := encode(v)
		if err != nil {
			panic(err) // all contents are of strings and numbers
		}
		return b
	}
	about := []byte("{}")
	if parent != nil {
		about = parent.frame(2)
	}
	m.frames = append(append([][]byte(nil), identities...),
		delimiter, nil, text(m.header), about, []byte("{}"), text(content))
	m.sign(key)
	return m
}
