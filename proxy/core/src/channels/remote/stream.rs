//! Passes on the frames of streams that come from members of other proxies.

use nws_protocol::Json;
use nws_protocol::binary::StreamPart;
use nws_protocol::link::Payload;

use crate::channels::rosters::{Broken, ChannelId};
use crate::channels::said::Said;
use crate::channels::{Channels, ConnId};

impl Channels {
    pub(super) fn stream_from(
        &mut self,
        conn: ConnId,
        id: ChannelId,
        number: u32,
        target: u32,
        payload: Payload<'_>,
    ) -> Result<(), Broken> {
        self.deliver();
        let said = said(payload)?;
        let Self { rosters, delivery, encoded, .. } = self;
        let group = rosters.group(conn).ok_or(Broken)?;
        let Some(source) = group.speaker(number)? else { return Ok(()) };
        // The member has left meanwhile, or has never said that it knows streams: then the other
        // proxy sends what nobody asked for.
        let to = rosters.channel(id).and_then(|channel| channel.numbered(target));
        if let Some((to, recipient)) = to.and_then(|to| Some((to, rosters.client(to)?)))
            && recipient.knows_streams
        {
            encoded.clear();
            said.write_stream(encoded, source, &recipient.id);
            let frame = delivery.frame(encoded, 1);
            delivery.send(to, conn, &frame);
        }
        Ok(())
    }
}

/// What a frame of a stream says. It was not checked here when it came.
fn said(payload: Payload<'_>) -> Result<Said<'_>, Broken> {
    let said = match payload {
        Payload::Json(text) => Said::Data(Json::new(text).ok_or(Broken)?),
        Payload::Binary(bytes) if StreamPart::parse(bytes).is_some() => Said::Bytes(bytes),
        Payload::Binary(_) | Payload::Text(_) => return Err(Broken),
    };
    if said.is_too_long_for_stream() { Err(Broken) } else { Ok(said) }
}
