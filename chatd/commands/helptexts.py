"""What HELP says: one text for each command and topic, and nothing else. Imports nothing.

The first line is how a command is written; `[ ]` may be left out, `{ }` may stand more than once.
"""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    # --- connection
    "CAP": """CAP LS [302] | LIST | REQ :<capability>{ <capability>} | END
Agrees with the server on what both understand (IRCv3). Your program does it by itself when it connects.""",
    "AUTHENTICATE": """AUTHENTICATE <mechanism> | <data> | *
Logs in to an account (SASL). Your program does it by itself: set "SASL PLAIN" or "SCRAM-SHA-256" with your
account's name and password in its settings. A star breaks off.""",
    "REGISTER": """REGISTER <account> <email> <password>
Makes an account, so that your nickname is yours also when you are not here. A star as account means your
nickname; a star as e-mail address means none.""",
    "VERIFY": """VERIFY <account> <code>
Confirms an account that waits for a code.""",
    "NICKSERV": """NICKSERV <order> [<words>]
Accounts, by the words of other networks: NICKSERV HELP says which. The same as /msg NickServ.""",
    "NS": """NS <order> [<words>]
The same as NICKSERV.""",
    "CHANSERV": """CHANSERV <order> [<words>]
Registered channels: CHANSERV HELP says what there is. The same as /msg ChanServ.""",
    "CS": """CS <order> [<words>]
The same as CHANSERV.""",
    "PASS": """PASS <password>
Gives the password of the server, where it has one; before NICK and USER.""",
    "NICK": """NICK <nickname>
Takes a nickname, or changes yours. Those who share a channel with you see it.""",
    "USER": """USER <user> 0 * :<your name>
Says who you are, once, when your program connects.""",
    "PING": """PING <token>
Asks the server to answer with PONG and the same token, once all before it is done.""",
    "PONG": """PONG <token>
The answer to PING.""",
    "QUIT": """QUIT [:<reason>]
Leaves the server; those who share a channel with you read the reason.""",
    "ERROR": """ERROR :<reason>
Only servers say this, before they close a connection.""",
    "ISUPPORT": """ISUPPORT
Lists what this server supports (numeric 005), also before you are registered.""",
    # --- channels
    "JOIN": """JOIN <channel>{,<channel>} [<key>{,<key>}]
Enters channels; one that nobody is in is opened, and you become its operator. A key opens channels that have
one. JOIN 0 leaves all your channels.""",
    "PART": """PART <channel>{,<channel>} [:<reason>]
Leaves channels.""",
    "TOPIC": """TOPIC <channel> [:<topic>]
Shows or changes the topic of a channel; an empty one takes it away. With mode t only operators change it.""",
    "NAMES": """NAMES <channel>{,<channel>}
Lists who is in a channel: ~ founder, & admin, @ operator, % half-operator, + voice.""",
    "LIST": """LIST [<channel or condition>{,<channel or condition>}]
Lists the channels with their number of people and topic. Conditions: >5 and <5 people, *mask*, !*mask*,
C>60 and C<60 (opened more or less than 60 minutes ago), T>60 and T<60 (topic).""",
    "INVITE": """INVITE [<nickname> <channel>]
Asks somebody into a channel; opens it to them when it is invite-only. Alone, it lists your invitations.""",
    "KICK": """KICK <channel> <nickname>{,<nickname>} [:<reason>]
Puts people out of a channel; for its operators.""",
    "UNREDACT": """UNREDACT <channel> <msgid>
Has a message there again that an operator deleted in the last ten minutes. For channel operators.""",
    "TBAN": """TBAN <channel> [<time> <nickname or mask> [:<reason>]]
Bans for a time (90s, 10m, 2h, 7d; 0 is for ever), by the account of who is here, else the address; m:<nickname>
mutes instead. Alone, it lists bans and mutes with the time that is left. For channel operators.""",
    "KNOCK": """KNOCK <channel> [:<message>]
Asks the people of a channel that is closed to you to invite you.""",
    "RENAME": """RENAME <channel> <new name> [:<reason>]
Gives a channel another name; everybody stays in it. For its operators.""",
    "MODE": """MODE <channel or your nickname> [<modes> {<parameter>}]
Shows or changes the modes of a channel or of yourself. HELP CMODES and HELP UMODES list them.""",
    # --- messages
    "PRIVMSG": """PRIVMSG <nickname or channel>{,<nickname or channel>} :<text>
Says something to somebody, or to everybody in a channel.""",
    "NOTICE": """NOTICE <nickname or channel>{,<nickname or channel>} :<text>
Like PRIVMSG, but no program may answer it by itself.""",
    "TAGMSG": """@<tags> TAGMSG <nickname or channel>{,<nickname or channel>}
A message of tags without text: reactions, "is typing" (IRCv3).""",
    "BATCH": """BATCH +<name> <type> {<parameter>} | BATCH -<name>
Begins and ends a message of several lines (IRCv3 draft/multiline).""",
    "REDACT": """REDACT <nickname or channel> <msgid> [:<reason>]
Takes a message back for good: your own, or in a channel also that of others, for its operators.""",
    "CHATHISTORY": """CHATHISTORY LATEST | BEFORE | AFTER | AROUND | BETWEEN | TARGETS ...
Fetches what was said before (IRCv3 draft/chathistory). Your program does it by itself.""",
    "SEARCH": """SEARCH <attributes>
Searches what was said (soju.im/search): text, from, in, before, after, limit.""",
    "MARKREAD": """MARKREAD <nickname or channel> [timestamp=<time>]
Notes or asks up to where you have read (IRCv3 draft/read-marker).""",
    "METADATA": """METADATA <nickname or channel or *> GET | LIST | SET | CLEAR | SUB | UNSUB | SUBS | SYNC ...
What people and channels say of themselves: display-name, avatar, pronouns, color (IRCv3).""",
    # --- people
    "WHO": """WHO [<channel or nickname or mask>] [o][%<fields>[,<token>]]
Lists people: of a channel, one, or all who match a mask such as *si*. With o only server operators; the
fields are those of WHOX: t c u i h s n f d l a o r.""",
    "WHOIS": """WHOIS [<server>] <nickname>
Tells about somebody: name, channels, account, how long they have said nothing.""",
    "WHOWAS": """WHOWAS <nickname> [<count>]
Tells who had a nickname before.""",
    "ISON": """ISON <nickname>{ <nickname>}
Tells which of these people are here.""",
    "USERHOST": """USERHOST <nickname>{ <nickname>}
Tells user and host of up to five people, * for operators, - for who is away.""",
    "USERIP": """USERIP <nickname>{ <nickname>}
The same with addresses; only your own is told to you, unless you are an operator.""",
    "MONITOR": """MONITOR + <nickname>{,<nickname>} | - <nickname>{,<nickname>} | C | L | S
Tells you when people come and go: + adds, - removes, C clears, L lists, S tells who is here now.""",
    "AWAY": """AWAY [:<message>]
Says that you are not here; without a message, that you are back.""",
    "SETNAME": """SETNAME :<your name>
Changes the name that is shown beside your nickname (IRCv3).""",
    # --- the server
    "MOTD": """MOTD [<server>]
The message of the day.""",
    "VERSION": """VERSION [<server>]
Which program this is and what it supports.""",
    "ADMIN": """ADMIN [<server>]
Who runs this server and how to reach them.""",
    "LUSERS": """LUSERS
How many people and channels are here.""",
    "TIME": """TIME [<server>]
The server's clock.""",
    "STATS": """STATS <query> [<server>]
u: how long the server has been up. For operators: l connections, m how often commands were used,
o operator names.""",
    "INFO": """INFO
What this server is, who made it, and its licence.""",
    "LINKS": """LINKS
The servers of this network: this one.""",
    "HELP": """HELP [<command or topic>]
This help. Topics: CMODES, UMODES, EXTBANS.""",
    "HELPOP": """HELPOP [<command or topic>]
The same as HELP.""",
    # --- operators
    "OPER": """OPER <name> <password>
Makes you an operator of the server, with a name and password from its settings; with the name owner and the code that
the server shows at its start, your account for good.""",
    "CHGHOST": """CHGHOST <nickname> <host>
Gives somebody another host name; for operators of the server.""",
    "KLINE": """KLINE [<time> <nickname or mask> [:<reason>]]
Bans from the server for a time (10m, 2h, 0 is for ever) and cuts who is meant; alone, lists these bans. For
operators of the server.""",
    "UNKLINE": """UNKLINE <mask>
Lifts a ban from the server, by its mask. For operators of the server.""",
    "AUDIT": """AUDIT [<channel>] [<number>]
Who did what to the server, for its operators, or in a channel, for those who run it.""",
    "KILL": """KILL <nickname> [:<reason>]
Cuts all connections of somebody. For operators of the server.""",
    "WALLOPS": """WALLOPS :<text>
Says something to everybody who has user mode w. For operators of the server.""",
    "REHASH": """REHASH
Reads the settings again and tells what changed. For operators of the server.""",
    "RESTART": """RESTART
Starts the server anew; everybody is disconnected for a moment. For operators of the server.""",
    "CONNECT": """CONNECT <server> [<port> [<server>]]
Would link servers; this one stands alone, so it is always refused.""",
    "SQUIT": """SQUIT <server> [:<reason>]
Would unlink a server; this one stands alone, so it is always refused.""",
}

TOPICS: dict[str, str] = {
    "CMODES": """Modes of channels
b <mask>: banned. e <mask>: not banned although b matches. I <mask>: may enter without invitation.
k <key>: needs a key. l <n>: at most n people. S <seconds>: slow mode, the least time between two messages.
i: invitation only. m: only who has voice may speak. n: no messages from outside. s: secret.
t: only operators change the topic. C: no CTCP. R: only accounts may enter. M: only accounts may speak.
P: stays when everybody has left (set by server operators). U: quiet, only operators hear who has no voice.
g <word>: a word that only operators may write.
q, a, o, h, v <nickname>: founder, admin, operator, half-operator, voice.""",
    "UMODES": """Modes of people
i: invisible to searches of those who share no channel with you. w: you read WALLOPS.
B: you are a bot. o: you are an operator of the server (OPER; -o gives it up). r: you are logged in.""",
    "EXTBANS": """Masks for the modes b, e and I
nick!user@host with * and ?; an address, or a network such as 10.0.0.0/8; a:<account>; r:<mask of the realname>;
m:<mask> for any of them: muted, may stay.""",
}
