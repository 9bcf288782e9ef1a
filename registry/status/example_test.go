package status_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
	"github.com/ssmcache/ssmcache/registry"
	"github.com/ssmcache/ssmcache/registry/status"
)

func Example() {
	store := ssmtest.New(ssmtest.Config{}) // in place of AWS
	store.Put("/shop/greeting", "hello")

	var events status.Events
	reg, err := registry.Open(context.Background(), registry.Config{Client: store.Client(), Observer: events.Observer()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reg.Close()

	page, err := status.New(status.Config{Registry: reg, Events: &events, Title: "shop", Refresh: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	internal := http.NewServeMux() // of a listener that only operators reach
	internal.Handle("/debug/ssmcache", page)
	server := httptest.NewServer(internal)
	defer server.Close()

	if _, err := reg.Parameter("/shop/greeting", registry.GroupConfig{Name: "greeting"}); err != nil {
		fmt.Println(err)
		return
	}
	if err := reg.Warm(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	answer, err := http.Get(server.URL + "/debug/ssmcache")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	html, _ := io.ReadAll(answer.Body)
	for _, word := range []string{"/shop/greeting", "fresh", "hello"} {
		fmt.Println(word, strings.Contains(string(html), word))
	}
	// Output:
	// /shop/greeting true
	// fresh true
	// hello false
}
