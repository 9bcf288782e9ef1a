module github.com/ssmcache/ssmcache/examples/dbrotation

go 1.25.0

require (
	github.com/jackc/pgx/v5 v5.12.0
	github.com/ssmcache/ssmcache v0.0.0-00010101000000-000000000000
)

replace github.com/ssmcache/ssmcache => ../../
