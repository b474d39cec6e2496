use std::future::pending;

use tokio::net::TcpListener;

use super::*;

const DEADLINE: Duration = Duration::from_secs(30);

/// A listener at an address.
enum Listener<'a> {
    Proxy(&'a Identity),
    /// It closes at once.
    ClosesAtOnce,
    /// It says nothing.
    Silent,
    Nobody,
}

impl Listener<'_> {
    async fn answer(&self, listener: TcpListener) {
        match self {
            Self::Nobody => drop(listener),
            Self::Silent => pending::<()>().await,
            Self::ClosesAtOnce => while listener.accept().await.is_ok() {},
            Self::Proxy(identity) => {
                while let Ok((stream, _)) = listener.accept().await {
                    if let Ok(secured) = tls::accept(identity, wired(stream)).await {
                        drop(handshake::answer(secured.stream).await);
                    }
                }
            }
        }
        pending().await
    }
}

/// Dials `expected` at the addresses of all `listeners`. Gives the address that led there.
async fn dialled(
    own: &Identity,
    expected: Option<&Identity>,
    listeners: &[Listener<'_>],
) -> Result<usize, End> {
    let (mut addresses, mut answering) = (Vec::new(), FuturesUnordered::new());
    for listener in listeners {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        addresses.push(socket.local_addr().unwrap());
        answering.push(listener.answer(socket));
    }
    let to = Destination { proxy: expected.map(|it| it.id().clone()), addresses };
    tokio::select! {
        biased;
        Some(()) = answering.next() => unreachable!("they answer for ever"),
        outcome = timeout(DEADLINE, connect(own, &to, &|_| true, &|_| {})) => {
            let (established, address) = outcome.unwrap()?;
            assert!(expected.is_none_or(|it| *it.id() == established.peer));
            Ok(to.addresses.iter().position(|it| *it == address).unwrap())
        }
    }
}

fn identities() -> [Identity; 3] {
    [(); 3].map(|()| Identity::generate().unwrap())
}

#[tokio::test]
async fn no_liar_hides_the_one_who_is_meant() {
    let [own, meant, liar] = identities();
    for place in 0..5 {
        let mut listeners =
            vec![Listener::Proxy(&liar), Listener::ClosesAtOnce, Listener::Silent, Listener::Nobody];
        listeners.insert(place, Listener::Proxy(&meant));
        assert_eq!(dialled(&own, Some(&meant), &listeners).await.unwrap(), place);
    }
}

#[tokio::test]
async fn many_that_keep_silent_do_not_hide_it_either() {
    let [own, meant, _] = identities();
    let mut listeners: Vec<_> = (1..8).map(|_| Listener::Silent).collect();
    listeners.push(Listener::Proxy(&meant));
    assert_eq!(dialled(&own, Some(&meant), &listeners).await.unwrap(), 7);
}

#[tokio::test]
async fn somebody_else_is_there_only_when_nothing_else_is_wrong() {
    let [own, meant, liar] = identities();
    let failure = async |listeners: &[_]| dialled(&own, Some(&meant), listeners).await.unwrap_err();
    let two = [Listener::Proxy(&liar), Listener::Proxy(&liar)];
    assert!(matches!(failure(&two).await, End::Tls(TlsError::Unexpected { .. })));
    for listeners in [
        [Listener::Proxy(&liar), Listener::Nobody],
        [Listener::Nobody, Listener::Proxy(&liar)],
        [Listener::ClosesAtOnce, Listener::Proxy(&liar)],
    ] {
        assert!(!is_elsewhere(&failure(&listeners).await));
    }
    assert!(matches!(failure(&[]).await, End::Nobody));
}

#[tokio::test]
async fn whoever_reaches_itself_is_told() {
    let [own, _, _] = identities();
    let failure = dialled(&own, None, &[Listener::Proxy(&own)]).await.unwrap_err();
    assert!(matches!(failure, End::Tls(TlsError::Own)));
}

#[tokio::test]
async fn whoever_is_there_instead_is_told_while_others_keep_silent() {
    let [own, meant, found] = identities();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = listener.local_addr().unwrap();
    let addresses = vec![silent.local_addr().unwrap(), there];
    let to = Destination { proxy: Some(meant.id().clone()), addresses };
    let (sender, mut told) = tokio::sync::mpsc::channel(8);
    let tell = |answer| assert!(sender.try_send(answer).is_ok(), "there are few answers");
    let there_instead = Listener::Proxy(&found);
    tokio::select! {
        () = there_instead.answer(listener) => unreachable!("it answers for ever"),
        _ = connect(&own, &to, &|_| true, &tell) => unreachable!("one says nothing"),
        it = timeout(DEADLINE, async {
            loop {
                if let Some(Answer::Another(proxy, address)) = told.recv().await {
                    return (proxy, address);
                }
            }
        }) => assert_eq!(it.unwrap(), (found.id().clone(), there)),
    }
}
