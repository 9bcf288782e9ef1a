package handle_test

import (
	"fmt"
	"time"

	"github.com/ssmcache/ssmcache/handle"
)

func ExampleBind() {
	group, store, closeAll := exampleGroup()
	defer closeAll()

	type config struct {
		Debug   bool          `ssm:"/app/debug"`
		Timeout time.Duration `ssm:"/app/timeout"`
		Region  string        `ssm:"/app/region,default=eu-west-1"`
		DB      struct {
			Host     string   `ssm:"/host"`
			Password string   `ssm:"/password"`
			Replicas []string `ssm:"/replicas"`
			Port     int      `ssm:"/port,optional"`
		} `ssm:"/app/db"`
	}
	bound, err := handle.Bind[config](group) // no call yet
	if err != nil {
		fmt.Println(err)
		return
	}
	cfg, err := bound.Get(ctx)
	fmt.Println(cfg.Debug, cfg.Timeout, cfg.Region, cfg.DB.Host, cfg.DB.Replicas, cfg.DB.Port, err)

	store.Put("/app/timeout", "soon")
	_ = group.Refresh(ctx)
	cfg, _ = bound.Get(ctx)
	fmt.Println(cfg.Timeout)
	fmt.Println(bound.Err())
	// Output:
	// false 1m30s eu-west-1 db.internal [db1.internal db2.internal] 0 <nil>
	// 1m30s
	// ssmcache: bind handle_test.config: field Timeout: ssmcache: decode "/app/timeout": the value is not a duration
}
