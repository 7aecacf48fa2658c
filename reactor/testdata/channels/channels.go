// Package channels does with goroutines and channels what package cell does.
package channels

import (
	"errors"
	"strings"
	"time"
)

type outcome struct {
	v   string
	err error
}

func Run() (string, error) {
	result := make(chan outcome, 1)
	go func() {
		source, upper := make(chan string, 1), make(chan string, 1)
		source <- "cell"
		go func() { upper <- strings.ToUpper(<-source) }()
		result <- outcome{<-upper, nil}
	}()
	select {
	case r := <-result:
		return r.v, r.err
	case <-time.After(time.Second):
		return "", errors.New("timed out")
	}
}
