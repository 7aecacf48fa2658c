package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cellwrap/cellwrap/internal/atomicfile"
)

// A cache is a directory of entries, each a file named after a hash of what it
// answers. Other processes may use the directory at the same time. Nothing that
// goes wrong with it is an error: an entry that cannot be read is missing, one
// that cannot be written is not remembered. The zero value remembers nothing.
type cache struct{ dir string }

const (
	// magic begins every entry. The number changes with the format.
	magic = "cellwrap importer 1\n"

	// An entry that nobody has used for maxAge is removed; the time of its last
	// use is exact to touchAfter. cmd/go keeps its cache 5 days and 1 hour.
	maxAge     = 30 * 24 * time.Hour
	touchAfter = 24 * time.Hour
	trimAfter  = 24 * time.Hour

	trimFile = "importer-trim.txt"
)

// The two kinds of entries, as the suffixes of their names.
var kinds = []string{"resolution", "bundle"}

// get returns the content of the entry name, or nil.
func (c cache) get(name string) []byte {
	if c.dir == "" || name == "" {
		return nil
	}
	file := filepath.Join(c.dir, name)
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil
	}
	content := entry(name, data)
	if now := time.Now(); content != nil && now.Sub(info.ModTime()) > touchAfter {
		os.Chtimes(file, now, now)
	}
	return content
}

// entry returns the content of the entry name, whose file holds data, or nil if anything but
// put wrote that.
func entry(name string, data []byte) []byte {
	content, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok || len(content) < sha256.Size {
		return nil
	}
	sum, content := content[:sha256.Size], content[sha256.Size:]
	if !bytes.Equal(sum, checksum(name, content)) {
		return nil
	}
	return content
}

// put makes content the entry name. A reader sees the old entry or the whole
// new one; where a crash leaves less, the checksum tells, so nothing is synced.
func (c cache) put(name string, content []byte) {
	if c.dir == "" || name == "" {
		return
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return
	}
	data := slices.Concat([]byte(magic), checksum(name, content), content)
	if atomicfile.WriteCache(filepath.Join(c.dir, name), data, 0o600) != nil {
		return
	}
	c.trim(time.Now())
}

// checksum covers the name too, so that a renamed entry is no entry.
func checksum(name string, content []byte) []byte {
	h := sha256.New()
	io.WriteString(h, magic+name)
	h.Write(content)
	return h.Sum(nil)
}

// trim removes the entries that were not used for long, at most once a day.
func (c cache) trim(now time.Time) {
	marker := filepath.Join(c.dir, trimFile)
	if info, err := os.Stat(marker); err == nil && now.Sub(info.ModTime()) < trimAfter {
		return
	}
	// The marker first: of several processes, about one trims.
	if os.WriteFile(marker, nil, 0o600) != nil || os.Chtimes(marker, now, now) != nil {
		return
	}
	remove(c.dir, func(name string, info fs.FileInfo) bool {
		return name != trimFile && now.Sub(info.ModTime()) > maxAge
	})
}

// Clean removes what Importers wrote into cacheDir, and nothing else. It
// returns how many entries it removed. A directory that is not there is clean.
func Clean(cacheDir string) (removed int, err error) {
	return remove(cacheDir, func(string, fs.FileInfo) bool { return true })
}

// remove deletes the files in dir that are ours and that old says are to go. It
// counts entries only.
func remove(dir string, old func(name string, info fs.FileInfo) bool) (removed int, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	for _, e := range entries {
		entry := isEntry(e.Name())
		if !entry && e.Name() != trimFile && !isTemp(e.Name()) {
			continue
		}
		info, infoErr := e.Info()
		if infoErr != nil || !info.Mode().IsRegular() || !old(e.Name(), info) {
			continue
		}
		switch rmErr := os.Remove(filepath.Join(dir, e.Name())); {
		case rmErr == nil && entry:
			removed++
		case rmErr != nil && !errors.Is(rmErr, fs.ErrNotExist):
			err = errors.Join(err, rmErr)
		}
	}
	return removed, err
}

func isEntry(name string) bool {
	for _, kind := range kinds {
		if id, ok := strings.CutSuffix(name, "."+kind); ok {
			_, err := hex.DecodeString(id)
			return err == nil && len(id) == 2*sha256.Size
		}
	}
	return false
}

// isTemp reports whether name is what a killed process may have left of an entry.
func isTemp(name string) bool {
	id, ok := strings.CutPrefix(strings.TrimSuffix(name, atomicfile.NewSuffix), ".")
	return ok && strings.HasSuffix(name, atomicfile.NewSuffix) && isEntry(id)
}

// A hasher hashes a list of strings, unambiguously.
type hasher struct{ h hash.Hash }

func newHash(fields ...string) hasher {
	h := hasher{sha256.New()}
	h.add(magic)
	h.add(fields...)
	return h
}

func (h hasher) add(fields ...string) {
	var length [20]byte
	for _, s := range fields {
		h.h.Write(append(strconv.AppendInt(length[:0], int64(len(s)), 10), ':'))
		io.WriteString(h.h, s)
	}
}

func (h hasher) sum() string { return hex.EncodeToString(h.h.Sum(nil)) }

// name returns the name of the entry of that kind.
func (h hasher) name(kind string) string { return h.sum() + "." + kind }
