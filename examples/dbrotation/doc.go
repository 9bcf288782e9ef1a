// Command dbrotation changes the password of a real PostgreSQL under load, and
// shows that no query fails. `make dbrotation` starts a database for it.
//
// Workers query through a pgx pool, whose connections take user name and
// password from one view of a group. Every few seconds, a rotator gives another
// user a new password and takes the former user's away, terminates every
// connection, and tells the store (the in-process Parameter Store of package
// ssmtest) half a second later. In between, nobody can log in: the cached pair
// is the old one, and so is the store's.
//
// # The recipe
//
// credentials.go is for copying; it knows no database. It is what a program
// adds to its pool:
//
//   - Each login reads user and password from one view
//     ([registry.Group.View]), so that it never mixes an old name with a new
//     password.
//   - A refused login tells the group which password was refused, by
//     [handle.Handle.Reject]. Of all logins refused with one password, the first
//     causes an API call; the others find its outcome.
//   - Reject gives [handle.ErrUnchanged] while the store is as far behind as the
//     cache, and starts no call for 1 s, doubling to 30 s. That is not the
//     moment to give up, nor to hammer the database with a password that it
//     has just refused: wait for the value to change, looking again every
//     100 ms, which costs no call while Reject is held back. If the store is
//     late by d, a login gets through after about 1 s, and after at most 2 d if
//     that is more.
//   - After 2 s, the same password is tried once more: perhaps it is the
//     database that is behind.
//   - All of this ends with the caller's context, and after 30 s at the latest.
//
// A rotator that keeps user name and password in two parameters writes the
// password last: what is rejected is the password.
//
// # What is not the password's fault
//
// A query whose connection ends under it is run once more, on a connection made
// since: another idle one may be as dead. Only a query that may run twice may be
// retried so; after a cut COMMIT nobody knows. database.go has both.
//
// # The outcome
//
// The report counts a query as failed if its caller got an error, in the end.
// The exit status is 1 if one failed, if there were fewer than 10 rotations, or
// if a rotation went by without a terminated connection and a refused login:
// then nothing was shown.
package main
