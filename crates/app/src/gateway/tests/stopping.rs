//! The stop: the door closes, what runs is finished, what waits for nothing is let go.

use super::*;

#[test]
fn running_requests_finish_and_idle_connections_end() {
    let mut door = Door::open();
    let (mut idle, mut used, mut running, mut sending) =
        (door.connect(), door.connect(), door.connect(), door.connect());
    used.send("GET /?q HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(used.reply().said(), "GET q ");
    running.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    let Held(done) = door.held.recv_timeout(PATIENCE).unwrap();
    // Once told to go on, the server has begun to read the body.
    sending.send("POST /?sent HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    assert!(sending.head().starts_with("HTTP/1.1 100 "));
    door.stop();
    idle.assert_closed();
    used.assert_closed();
    assert!(TcpStream::connect(door.address).is_err(), "the door is still open");
    sending.send("body");
    assert_eq!(sending.reply().said(), "POST sent body");
    sending.assert_closed();
    done(Fake::detached().answer("finished"));
    let reply = running.reply();
    assert_eq!(reply.said(), "finished");
    assert_eq!(reply.header("connection"), Some("close"));
    running.assert_closed();
    assert_eq!(door.ended(), Ended::Finished);
}

#[test]
fn what_outlives_the_grace_is_cut() {
    let mut door = Door::with(|limits| limits.grace = Duration::from_millis(100));
    let mut running = door.connect();
    running.send("GET /?hold HTTP/1.1\r\nHost: h\r\n\r\n");
    let held = door.held.recv_timeout(PATIENCE).unwrap();
    door.stop();
    assert_eq!(door.ended(), Ended::Cut(1));
    running.assert_closed();
    drop(held);
}
