package gokernel

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// message is a message of Jupyter's that has come in. See
// https://jupyter-client.readthedocs.io/en/stable/messaging.html.
type message struct {
	identities [][]byte
	header     json.RawMessage
	typ        string
	content    json.RawMessage
}

var delimiter = []byte("<IDS|MSG>")

// sign returns the signature of the four parts of a message, "" without a key.
func sign(key []byte, parts [][]byte) []byte {
	if len(key) == 0 {
		return nil
	}
	h := hmac.New(sha256.New, key)
	h.Write(bytes.Join(parts, nil))
	return hex.AppendEncode(nil, h.Sum(nil))
}

// decode reads the frames of a message that was signed with key.
func decode(frames [][]byte, key []byte) (*message, error) {
	for i, f := range frames {
		if !bytes.Equal(f, delimiter) || len(frames) < i+6 {
			continue
		}
		rest := frames[i+1:]
		if !hmac.Equal(rest[0], sign(key, rest[1:5])) {
			return nil, errors.New("a message has another signature")
		}
		var h struct {
			Type string `json:"msg_type"`
		}
		err := json.Unmarshal(rest[1], &h)
		return &message{frames[:i], rest[1], h.Type, rest[4]}, err
	}
	return nil, errors.New("a message has too few frames")
}

// encode returns the frames of a message about another one, signed with key.
func encode(about *message, typ, session string, content map[string]any, key []byte) [][]byte {
	text := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // all is of strings and numbers
		}
		return b
	}
	header := map[string]any{
		"msg_id": rand.Text(), "msg_type": typ, "session": session, "username": "gokernel",
		"date": time.Now().UTC().Format(time.RFC3339Nano), "version": "5.3",
	}
	parts := [][]byte{text(header), about.header, []byte("{}"), text(content)}
	frames := append([][]byte(nil), about.identities...)
	return append(append(frames, delimiter, sign(key, parts)), parts...)
}
