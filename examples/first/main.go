// Command first is the shortest program: it prints one parameter of the account
// of the default AWS configuration.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/ssmcache/ssmcache/registry"
)

func main() {
	reg, err := registry.Open(context.Background(), registry.Config{}) // the default AWS configuration
	if err != nil {
		log.Fatal(err)
	}
	defer reg.Close()
	motd, err := reg.Parameter("/app/motd", registry.GroupConfig{MaxAge: 5 * time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(motd.Get(context.Background()))
}
