package main

import (
	"os"

	"github.com/ssmcache/ssmcache/fetch/ssmtest"
)

func Example() {
	store := ssmtest.New(ssmtest.Config{})
	store.Put("/app/motd", "hello")
	server := store.Serve()
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_SSM": server.URL, "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "",
	} {
		os.Setenv(name, value)
	}

	main()
	// Output: hello <nil>
}
